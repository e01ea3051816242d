#!/usr/bin/env node
// HTTP and JSON for platforms that have no gRPC: every method of http.yaml, carried to the three servers.
//
//   node gateway.mjs --descriptors FILE [--listen 127.0.0.1:7300] [--intake ADDRESS] [--scoring ADDRESS] [--archiving ADDRESS]
//
// FILE is jixiao.binpb, which the build writes. Addresses are gRPC targets, as for the command line (JIXIAO_INTAKE, …). Each option is
// also an environment variable, JIXIAO_GATEWAY_ and its name. It keeps nothing; run as many as you like.
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import grpc from '@grpc/grpc-js';
import { loadContract, match } from './contract.mjs';
import { ErrorWriter, GatewayError } from './errors.mjs';
import { openApi } from './openapi.mjs';
import { jsonOf, messageOf, parseJson, requestMessage } from './requests.mjs';

const Code = grpc.status;
const MIB = 1024 * 1024;
const MAX_MESSAGE = 32 * MIB; // the servers' own limit
// Answers that a caller has not read yet: little, but more while it still sends, because many callers send all before they read.
const MAX_UNSENT = MIB / 16;
const MAX_UNSENT_WHILE_SENDING = 16 * MIB;

const OPTIONS = {
  listen: '127.0.0.1:7300',
  descriptors: '/usr/share/jixiao/jixiao.binpb',
  rules: join(dirname(fileURLToPath(import.meta.url)), 'http.yaml'),
  intake: process.env.JIXIAO_INTAKE ?? '127.0.0.1:7301',
  scoring: process.env.JIXIAO_SCORING ?? '127.0.0.1:7302',
  archiving: process.env.JIXIAO_ARCHIVING ?? '127.0.0.1:7303',
  timeout: '30', // seconds a call may take
  'stream-timeout': '3600', // seconds a stream may take
  'body-timeout': '30', // seconds until a request has arrived whole; streams are bound by stream-timeout
  'max-body': String(48), // MiB: 32 MiB with its documents in base64
  'max-buffered': String(256), // MiB of bodies of all requests at once
  'max-connections': '1000',
  'max-streams': '32', // requests that are streams, at once
  'tls-cert': '', // PEM files: with both, HTTPS
  'tls-key': '',
  ca: '', // PEM of who signs the servers' certificates; empty: no TLS to the servers
  cert: '', // PEM of the gateway's own certificate for them
  key: '',
};

function settings() {
  const { values } = parseArgs({ options: Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' }])) });
  const fromEnvironment = (name) => process.env[`JIXIAO_GATEWAY_${name.replaceAll('-', '_').toUpperCase()}`];
  const all = Object.fromEntries(Object.entries(OPTIONS).map(([name, value]) => [name, values[name] ?? fromEnvironment(name) ?? value]));
  for (const name of ['timeout', 'stream-timeout', 'body-timeout', 'max-body', 'max-buffered', 'max-connections', 'max-streams']) {
    if (!/^\d+$/.test(all[name]) || Number(all[name]) === 0) throw new Error(`--${name} is a whole number above 0, not ${all[name]}`);
    all[name] = Number(all[name]);
  }
  return all;
}

const log = (level, message, fields) =>
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, service: 'gateway', message, ...fields })}\n`);

function backends(options) {
  const file = (name) => (options[name] === '' ? null : readFileSync(options[name]));
  const credentials = options.ca === '' ? grpc.credentials.createInsecure() : grpc.credentials.createSsl(file('ca'), file('key'), file('cert'));
  const channel = {
    'grpc.max_receive_message_length': MAX_MESSAGE,
    'grpc.max_send_message_length': MAX_MESSAGE,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  };
  return Object.fromEntries(['intake', 'scoring', 'archiving'].map((name) => [name, new grpc.Client(options[name], credentials, channel)]));
}

// What a caller's headers say to the servers. Nothing else of them is passed on.
const PASSED_ON = ['authorization', 'x-caller', 'traceparent', 'tracestate'];

class Gateway {
  #options;
  #contract;
  #errors;
  #backends;
  #openApi;
  #buffered = 0;
  #streams = 0;
  #stopping = false;

  constructor(options) {
    this.#options = options;
    this.#contract = loadContract(options.descriptors, options.rules);
    this.#errors = new ErrorWriter(this.#contract.registry);
    this.#openApi = JSON.stringify(openApi(this.#contract));
    this.#backends = backends(options);
  }

  // Readiness fails from now on.
  stop() {
    this.#stopping = true;
  }

  close() {
    for (const client of Object.values(this.#backends)) client.close();
  }

  async handle(request, response) {
    const started = performance.now();
    const given = request.headers['x-request-id'];
    const id = given !== undefined && /^[!-~]{1,128}$/.test(given) ? given : randomUUID();
    response.setHeader('x-request-id', id);
    const url = new URL(request.url, 'http://gateway');
    let name = '';
    response.on('close', () =>
      log('info', 'answered', {
        request_id: id, method: name, verb: request.method, path: url.pathname.slice(0, 200), status: response.statusCode,
        whole: response.writableFinished, ms: Math.round(performance.now() - started),
      }));
    try {
      if (request.method === 'GET' && (await this.#answerOwn(url.pathname, response))) return;
      const found = this.#find(request.method, url.pathname);
      const { method } = found.route;
      name = `${method.parent.typeName}/${method.name}`;
      const streamIn = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
      this.#checkType(request, found.route, streamIn);
      const call = this.#callFor(method, request, id);
      if (streamIn) {
        if (this.#streams >= this.#options['max-streams']) throw full('too many streams at once');
        this.#streams += 1;
        response.on('close', () => (this.#streams -= 1));
        await this.#carryStream(call, request, response, method);
      } else {
        const message = requestMessage(found, url.searchParams, await this.#bodyOf(request, found.route), this.#contract.registry);
        if (method.methodKind === 'unary') await this.#carryOne(call, message, response, method);
        else await this.#answerStream(call.serverStream(message), response, method);
      }
    } catch (error) {
      this.#refuse(error, request, response, id);
    }
  }

  async #answerOwn(path, response) {
    if (path === '/openapi.json') {
      send(response, 200, this.#openApi);
    } else if (path === '/healthz') {
      send(response, 200, '{"status":"SERVING"}');
    } else if (path === '/readyz') {
      const states = await Promise.all(Object.entries(this.#backends).map(async ([name, client]) => [name, await healthOf(client)]));
      const ready = !this.#stopping && states.every(([, state]) => state === 'SERVING');
      send(response, ready ? 200 : 503, JSON.stringify({ status: ready ? 'SERVING' : 'NOT_SERVING', ...Object.fromEntries(states) }));
    } else {
      return false;
    }
    return true;
  }

  #find(verb, path) {
    let found;
    try {
      found = match(this.#contract.routes, verb, path);
    } catch {
      throw new GatewayError(Code.INVALID_ARGUMENT, 'PATH_INVALID', 'the path is not properly percent-encoded');
    }
    if (found === null) throw new GatewayError(Code.NOT_FOUND, 'PATH_UNKNOWN', `no method has the path ${path.slice(0, 200)}; see /openapi.json`);
    if (found.route === undefined) {
      throw new GatewayError(Code.UNIMPLEMENTED, 'VERB_UNKNOWN', `this path takes ${found.allow.join(', ')}`,
        { http: 405, headers: { allow: found.allow.join(', ') } });
    }
    return found;
  }

  #checkType(request, route, streamIn) {
    const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
    const allowed = streamIn ? ['application/x-ndjson', 'application/jsonl'] : ['application/json'];
    if (!route.body || allowed.includes(type) || (!streamIn && request.headers['content-length'] === '0')) return;
    throw new GatewayError(Code.INVALID_ARGUMENT, 'CONTENT_TYPE_UNKNOWN', `the content type is ${allowed[0]}, not ${type.slice(0, 100) || 'missing'}`,
      { http: 415 });
  }

  #callFor(method, request, id) {
    const client = this.#backends[method.parent.typeName.split('.')[1]];
    const metadata = new grpc.Metadata();
    metadata.set('x-request-id', id);
    for (const header of PASSED_ON) if (typeof request.headers[header] === 'string') metadata.set(header, request.headers[header]);
    const path = `/${method.parent.typeName}/${method.name}`;
    const encode = (message) => Buffer.from(toBinary(method.input, message));
    const decode = (bytes) => fromBinary(method.output, bytes);
    const until = (seconds) => ({ deadline: Date.now() + seconds * 1000 });
    const short = until(this.#options.timeout);
    const long = until(this.#options['stream-timeout']);
    return {
      unary: (message, done) => client.makeUnaryRequest(path, encode, decode, message, metadata, short, done),
      serverStream: (message) => client.makeServerStreamRequest(path, encode, decode, message, metadata, long),
      clientStream: (done) => client.makeClientStreamRequest(path, encode, decode, metadata, long, done),
      bidiStream: () => client.makeBidiStreamRequest(path, encode, decode, metadata, long),
    };
  }

  // The whole body, within the limit for one and for all; undefined for a method without one.
  async #bodyOf(request, route) {
    const limit = this.#options['max-body'] * MIB;
    const tooLarge = () => new GatewayError(Code.INVALID_ARGUMENT, 'BODY_TOO_LARGE', `a body has at most ${limit} bytes`, { http: 413 });
    if (!route.body) {
      if (Number(request.headers['content-length'] ?? 0) > 0) throw new GatewayError(Code.INVALID_ARGUMENT, 'BODY_INVALID', 'this method takes no body');
      return undefined;
    }
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
    let timer;
    const tooSlow = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new GatewayError(Code.DEADLINE_EXCEEDED, 'BODY_TOO_SLOW', 'the body did not arrive in time', { http: 408 })),
        this.#options['body-timeout'] * 1000);
    });
    const arrived = this.#collect(request, limit, tooLarge);
    arrived.catch(() => {}); // when it was too slow, nobody waits for its end any more
    try {
      return utf8(await Promise.race([arrived, tooSlow]));
    } finally {
      clearTimeout(timer);
    }
  }

  #checkRoom() {
    if (this.#buffered > this.#options['max-buffered'] * MIB) throw full('too many bodies at once');
  }

  async #collect(request, limit, tooLarge) {
    const chunks = [];
    let size = 0;
    try {
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        size += chunk.length;
        this.#buffered += chunk.length;
        if (size > limit) throw tooLarge();
        this.#checkRoom();
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } finally {
      this.#buffered -= size;
    }
  }

  #carryOne(call, message, response, method) {
    return new Promise((resolve, reject) => {
      const running = call.unary(message, (error, answer) => {
        if (error !== null) {
          reject(error);
          return;
        }
        send(response, 200, JSON.stringify(jsonOf(method.output, answer, this.#contract.registry)));
        resolve();
      });
      response.on('close', () => running.cancel());
    });
  }

  // One answer a line, the first line when there is a first answer: until then an error still has its HTTP code.
  #answerStream(call, response, method) {
    return new Promise((resolve, reject) => {
      response.on('close', () => call.cancel());
      response.on('drain', () => call.resume());
      call.on('data', (answer) => {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
        response.write(`${JSON.stringify(jsonOf(method.output, answer, this.#contract.registry))}\n`);
        const sending = method.methodKind === 'bidi_streaming' && !response.req.complete;
        if (response.writableLength > (sending ? MAX_UNSENT_WHILE_SENDING : MAX_UNSENT)) call.pause();
      });
      call.on('error', reject);
      call.on('end', () => {
        if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.end();
        resolve();
      });
    });
  }

  // One request a line. Lines are sent on as they come, and read only as fast as the server takes them.
  async #carryStream(call, request, response, method) {
    let done;
    let running;
    if (method.methodKind === 'bidi_streaming') {
      running = call.bidiStream();
      done = this.#answerStream(running, response, method);
    } else {
      done = new Promise((resolve, reject) => {
        running = call.clientStream((error, answer) => {
          if (error !== null) return reject(error);
          send(response, 200, JSON.stringify(jsonOf(method.output, answer, this.#contract.registry)));
          resolve();
        });
        response.on('close', () => running.cancel());
      });
    }
    const sent = this.#sendLines(request, running, method);
    sent.catch(() => running.cancel());
    // Whichever ends first: a server may refuse before all lines have come.
    await Promise.race([done, sent.then(() => done)]);
  }

  async #sendLines(request, call, method) {
    const limit = this.#options['max-body'] * MIB;
    let number = 0;
    let rest = []; // of the line that has not come whole, and its bytes
    let size = 0;
    const tooLong = () => new GatewayError(Code.INVALID_ARGUMENT, 'BODY_TOO_LARGE', `line ${number + 1} has more than ${limit} bytes`, { http: 413 });
    const sendLine = async (line) => {
      if (line.length > limit) throw tooLong();
      number += 1;
      const where = `line ${number}`;
      const text = utf8(line, where);
      if (text.trim() === '') return;
      const message = messageOf(method.input, this.#contract.registry, parseJson(text, where), where);
      if (!call.write(message)) await new Promise((resolve) => ['drain', 'close', 'error', 'end'].forEach((event) => call.once(event, resolve)));
    };
    try {
      for await (let chunk of request.iterator({ destroyOnReturn: false })) {
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10)) {
          const line = Buffer.concat([...rest, chunk.subarray(0, end)]);
          this.#buffered -= size;
          rest = [];
          size = 0;
          await sendLine(line);
          chunk = chunk.subarray(end + 1);
        }
        size += chunk.length;
        this.#buffered += chunk.length;
        if (size > limit) throw tooLong();
        this.#checkRoom();
        rest.push(chunk);
      }
      if (size > 0) await sendLine(Buffer.concat(rest));
      call.end();
    } finally {
      this.#buffered -= size;
    }
  }

  #refuse(error, request, response, id) {
    let answer;
    if (error instanceof GatewayError) {
      answer = this.#errors.own(error);
    } else if (typeof error.code === 'number') {
      answer = this.#errors.ofCall(error);
    } else if (request.destroyed && !request.complete) {
      return; // the caller went away
    } else {
      log('error', 'defect', { request_id: id, error: String(error.stack ?? error) });
      answer = this.#errors.own(new GatewayError(Code.INTERNAL, 'INTERNAL', 'internal error; the log of the gateway has it under this request id'));
    }
    if (response.headersSent) {
      // Too late for a code: the last line says it.
      response.end(`${JSON.stringify({ error: answer.body })}\n`);
      return;
    }
    // Whoever still sends is not listened to any more.
    if (!request.complete) response.setHeader('connection', 'close');
    send(response, answer.http, JSON.stringify(answer.body), answer.headers);
  }
}

const full = (message) => new GatewayError(Code.RESOURCE_EXHAUSTED, 'GATEWAY_FULL', message, { headers: { 'retry-after': '1' } });

function utf8(bytes, where = 'the body') {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new GatewayError(Code.INVALID_ARGUMENT, 'BODY_INVALID', `${where} is not UTF-8`);
  }
}

function send(response, status, text, headers = {}) {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store', ...headers });
  response.end(text);
}

// grpc.health.v1: an empty request; the answer's field 1 is the state, 1 for SERVING.
function healthOf(client) {
  const same = (bytes) => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', same, same, Buffer.alloc(0), { deadline: Date.now() + 2000 },
      (error, answer) => resolve(error === null && answer[0] === 8 && answer[1] === 1 ? 'SERVING' : 'NOT_SERVING'));
  });
}

function main() {
  const options = settings();
  const gateway = new Gateway(options);
  const tls = options['tls-cert'] !== '';
  const handler = (request, response) => gateway.handle(request, response);
  const limits = { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: options['stream-timeout'] * 1000, keepAliveTimeout: 60_000 };
  const server = tls
    ? createHttpsServer({ ...limits, cert: readFileSync(options['tls-cert']), key: readFileSync(options['tls-key']) }, handler)
    : createHttpServer(limits, handler);
  server.maxConnections = options['max-connections'];
  const colon = options.listen.lastIndexOf(':');
  server.listen(Number(options.listen.slice(colon + 1)), options.listen.slice(0, colon).replace(/^\[|\]$/g, ''), () =>
    log('info', 'serving', { port: server.address().port, tls }));
  server.on('error', (error) => {
    log('error', 'cannot listen', { error: error.message });
    process.exit(1);
  });
  const stop = () => {
    gateway.stop();
    server.close(() => {
      gateway.close();
      log('info', 'stopped', {});
    });
    server.closeIdleConnections();
    // Streams have no end of their own.
    setTimeout(() => server.closeAllConnections(), 20_000).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

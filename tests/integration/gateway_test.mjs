// HTTP and JSON against real servers: what goes through, what is refused with which code, and what a hostile or slow caller gets.
//
// gateway_test.sh starts the servers and runs this in a folder that has the gateway's modules.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { loadContract } from './contract.mjs';

const descriptors = process.env.JIXIAO_GATEWAY_DESCRIPTORS;
const form = JSON.parse(readFileSync(join(process.env.JIXIAO_SAMPLES, 'xihu-2021-party-building.json'), 'utf8'));
const running = [];
let base;

// A gateway of its own; answers with its address and its log.
async function startGateway(...options) {
  const child = spawn(process.execPath, ['gateway.mjs', '--listen', '127.0.0.1:0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  const log = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => log.push(JSON.parse(line)));
  while (!log.some((line) => line.message === 'serving')) await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => assert.fail('ended'))]);
  return { address: `http://127.0.0.1:${log.find((line) => line.message === 'serving').port}`, log, child };
}

const json = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) });
const lines = (items) => ({ method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body: items.map((item) => `${typeof item === 'string' ? item : JSON.stringify(item)}\n`).join('') });
const ask = (path, init) => fetch(base + path, init);
const linesOf = async (response) => (await response.text()).trimEnd().split('\n').map((line) => JSON.parse(line));

async function refusal(response) {
  const status = await response.json();
  const info = status.details.find((detail) => detail['@type'] === 'type.googleapis.com/google.rpc.ErrorInfo');
  const fields = status.details.find((detail) => detail['@type'] === 'type.googleapis.com/google.rpc.BadRequest')?.field_violations;
  return { http: response.status, code: status.code, reason: info?.reason, fields: fields?.map((violation) => violation.field) };
}

before(async () => {
  base = (await startGateway()).address;
});
after(() => running.forEach((child) => child.kill()));

test('a form is scored', async () => {
  const response = await ask('/v1/forms:score', { ...json({ form }), headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': 'gateway-test-1' } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('x-request-id'), 'gateway-test-1');
  const { scorecard } = await response.json();
  assert.equal(scorecard.computed_total, '110.00');
  assert.ok(scorecard.findings.some((finding) => finding.code === 'SUM_WEIGHT'));
});

test('a form is handed in, watched until it is archived, and read with its proof', async () => {
  const request = { request_id: 'gateway-1', form };
  const first = await (await ask('/v1/submissions', json(request))).json();
  const again = await (await ask('/v1/submissions', json(request))).json();
  assert.deepEqual(again, first);
  const name = first.receipt.submission;
  let record;
  const watch = await ask(`/v1/${name}:watch`);
  assert.equal(watch.headers.get('content-type'), 'application/x-ndjson');
  for (const event of await linesOf(watch)) record = event.event?.archive_record || event.archive_record || record;
  const submission = (await (await ask(`/v1/${name}`)).json()).submission;
  assert.equal(submission.state, 'SUBMISSION_STATE_ARCHIVED');
  record ??= submission.archive_record;
  assert.match(record, /^records\/\d+$/);
  const archived = (await (await ask(`/v1/${record}`)).json());
  assert.ok(JSON.stringify(archived).includes(form.project_name));
  const listed = await (await ask('/v1/submissions?page_size=10&filter.fiscal_year=2021&states=SUBMISSION_STATE_ARCHIVED')).json();
  assert.ok(listed.submissions.some((one) => one.name === name));
  const none = await (await ask('/v1/submissions?filter.fiscal_year=2019')).json();
  assert.deepEqual(none.submissions, []);
});

test('many forms go in line by line, and a bad one ends nothing', async () => {
  const item = (id, extra = {}) => ({ item: { request_id: id, form: { ...form, ...extra } } });
  const response = await ask('/v1/submissions:batch', lines([item('b-1'), item('b-2', { region_code: 'xyz' }), item('b-3', { project_name: '另一项目' })]));
  assert.equal(response.status, 200);
  const answers = await linesOf(response);
  assert.equal(answers.length, 3);
  assert.ok(answers[0].receipt && answers[2].receipt);
  assert.equal(answers[1].error.code, 3);
});

test('a stream of hundreds of forms is scored in order', async () => {
  const count = 400;
  const response = await ask('/v1/forms:scoreBatch', lines(Array.from({ length: count }, (_, i) => ({ item_id: String(i), form }))));
  const answers = await linesOf(response);
  assert.deepEqual(answers.map((answer) => answer.item_id), Array.from({ length: count }, (_, i) => String(i)));
  assert.ok(answers.every((answer) => answer.scorecard.computed_total === '110.00'));
});

test('a batch is checked as a whole, with one answer', async () => {
  const response = await ask('/v1/forms:checkBatch', lines([{ item_id: 'a', form }, { item_id: 'b', form }]));
  assert.equal(response.status, 200);
  assert.ok('findings' in (await response.json()));
});

test('a broken line ends its stream with its number', async () => {
  const response = await ask('/v1/forms:scoreBatch', lines([{ item_id: 'a', form }, '{"item_id": ', { item_id: 'c', form }]));
  const text = await response.text();
  assert.match(text, /BODY_INVALID/);
  assert.match(text, /line 2/);
});

test('refusals have their codes, reasons and fields', async () => {
  assert.deepEqual(await refusal(await ask('/v1/forms:score', json({ form: { ...form, region_code: '12' } }))),
    { http: 400, code: 3, reason: 'FORM_INVALID', fields: ['form.region_code'] });
  assert.deepEqual(await refusal(await ask('/v1/submissions/none')), { http: 404, code: 5, reason: 'SUBMISSION_NOT_FOUND', fields: undefined });
  await ask('/v1/submissions', json({ request_id: 'reused', form }));
  assert.deepEqual(await refusal(await ask('/v1/submissions', json({ request_id: 'reused', form: { ...form, title: '改' } }))),
    { http: 409, code: 6, reason: 'REQUEST_ID_REUSED', fields: undefined });
  assert.deepEqual(await refusal(await ask('/v1/ruleSets/none')), { http: 404, code: 5, reason: 'RULE_SET_NOT_FOUND', fields: undefined });
});

test('what is no request of the contract is refused by the gateway', async () => {
  const cases = [
    ['/v1/nothing', undefined, 404, 'PATH_UNKNOWN'],
    ['/v1/forms:score', undefined, 405, 'VERB_UNKNOWN'],
    ['/v1/%ff', undefined, 404, 'PATH_UNKNOWN'],
    ['/v1/submissions/%ff', undefined, 400, 'PATH_INVALID'],
    ['/jixiao.archiving.v1.ArchivingService/ArchiveRecord', json({}), 404, 'PATH_UNKNOWN'],
    ['/v1/forms:score', json('{"form":'), 400, 'BODY_INVALID'],
    ['/v1/forms:score', json('[]'), 400, 'BODY_INVALID'],
    ['/v1/forms:score', json('{"form":{"fiscal_year":"twenty"}}'), 400, 'BODY_INVALID'],
    ['/v1/forms:score', json('{"form":{"no_such_field":1}}'), 400, 'BODY_INVALID'],
    ['/v1/forms:score', json(`${'{"form":'.repeat(50_000)}{}${'}'.repeat(50_000)}`), 400, 'BODY_INVALID'],
    ['/v1/forms:score', json({ __proto__: null, constructor: {} }), 400, 'BODY_INVALID'],
    ['/v1/forms:score', { ...json('{}'), body: new Uint8Array([123, 34, 255, 34, 125]) }, 400, 'BODY_INVALID'],
    ['/v1/forms:score', { ...json({ form }), headers: { 'content-type': 'text/plain' } }, 415, 'CONTENT_TYPE_UNKNOWN'],
    ['/v1/forms:score?form.title=x', json({ form }), 400, 'PARAMETER_UNKNOWN'],
    ['/v1/submissions?page_size=ten', undefined, 400, 'BODY_INVALID'],
    ['/v1/submissions?nothing=1', undefined, 400, 'PARAMETER_UNKNOWN'],
    ['/v1/submissions?filter.__proto__.x=1', undefined, 400, 'PARAMETER_UNKNOWN'],
    ['/v1/campaigns/a/submissions?late=perhaps', undefined, 400, 'PARAMETER_INVALID'],
    ['/v1/campaigns/a:open', json({ name: 'campaigns/b' }), 400, 'PARAMETER_REPEATED'],
  ];
  for (const [path, init, code, reason] of cases) {
    const got = await refusal(await ask(path, init));
    assert.equal(`${path} ${got.http} ${got.reason}`, `${path} ${code} ${reason}`);
  }
  assert.equal((await ask('/v1/forms:score')).headers.get('allow'), 'POST');
});

test('bodies and headers are bounded', async () => {
  const { address } = await startGateway('--max-body', '1', '--max-buffered', '1', '--body-timeout', '1');
  const large = await fetch(`${address}/v1/forms:score`, json({ form: { ...form, title: 'x'.repeat(1_100_000) } }));
  assert.deepEqual(await refusal(large), { http: 413, code: 3, reason: 'BODY_TOO_LARGE', fields: undefined });
  // Without a length it is counted as it comes.
  const endless = http.request(`${address}/v1/forms:score`, { method: 'POST', headers: { 'content-type': 'application/json' } });
  endless.on('error', () => {});
  const answered = once(endless, 'response');
  for (let i = 0; i < 20; ++i) endless.write('y'.repeat(100_000));
  const [response] = await answered;
  assert.equal(response.statusCode, 413);
  endless.destroy();
  // Two bodies that are too much together: the second caller is to come again.
  const first = http.request(`${address}/v1/forms:score`, { method: 'POST', headers: { 'content-type': 'application/json' } });
  first.on('error', () => {});
  const slow = once(first, 'response');
  first.write(' '.repeat(900_000));
  await sleep(100);
  const full = await fetch(`${address}/v1/forms:score`, json({ form: { title: 'x'.repeat(300_000) } }));
  assert.equal(full.headers.get('retry-after'), '1');
  assert.equal((await refusal(full)).http, 429);
  // The first one never ends its body.
  assert.equal((await slow)[0].statusCode, 408);
  first.destroy();
  // And then there is room again.
  assert.equal((await fetch(`${address}/v1/forms:score`, json({ form }))).status, 200);
  const headers = await fetch(`${address}/v1/ruleSets`, { headers: { 'x-filler': 'z'.repeat(20_000) } });
  assert.equal(headers.status, 431);
});

test('streams are bounded, and one that is broken off gives its place back', async () => {
  const { address } = await startGateway('--max-streams', '1', '--max-body', '1');
  const open = http.request(`${address}/v1/forms:scoreBatch`, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } });
  open.on('error', () => {});
  const answered = once(open, 'response');
  open.write(`${JSON.stringify({ item_id: 'first', form })}\n`);
  const [response] = await answered;
  // The answer has come while the request goes on.
  const [chunk] = await once(response, 'data');
  assert.equal(JSON.parse(chunk.toString().split('\n')[0]).item_id, 'first');
  const second = await fetch(`${address}/v1/forms:scoreBatch`, lines([{ item_id: 'a', form }]));
  assert.deepEqual(await refusal(second), { http: 429, code: 8, reason: 'GATEWAY_FULL', fields: undefined });
  open.destroy();
  let last;
  for (let i = 0; i < 50 && last !== 200; ++i) {
    await sleep(20);
    const again = await fetch(`${address}/v1/forms:scoreBatch`, lines([{ item_id: 'a', form }]));
    last = again.status;
    await again.text();
  }
  assert.equal(last, 200);
  const line = await fetch(`${address}/v1/forms:scoreBatch`, lines(['x'.repeat(1_100_000)]));
  assert.equal((await refusal(line)).reason, 'BODY_TOO_LARGE');
});

test('a server that is away is 503, one that does not answer 504', async () => {
  const silent = net.createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const closed = net.createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const nobody = closed.address().port;
  closed.close();
  const { address } = await startGateway('--scoring', `127.0.0.1:${nobody}`, '--archiving', `127.0.0.1:${silent.address().port}`, '--timeout', '1');
  assert.equal((await fetch(`${address}/v1/forms:score`, json({ form }))).status, 503);
  assert.equal((await fetch(`${address}/v1/log/head`)).status, 504);
  assert.equal((await fetch(`${address}/healthz`)).status, 200);
  const ready = await fetch(`${address}/readyz`);
  assert.equal(ready.status, 503);
  assert.deepEqual(await ready.json(), { status: 'NOT_SERVING', intake: 'SERVING', scoring: 'NOT_SERVING', archiving: 'NOT_SERVING' });
  silent.close();
});

test('over TLS, when it has a certificate', async () => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'tls.key', '-out', 'tls.pem',
    '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
  const { address } = await startGateway('--tls-cert', 'tls.pem', '--tls-key', 'tls.key');
  const [response] = await once(https.get(`${address.replace('http:', 'https:')}/healthz`, { ca: readFileSync('tls.pem') }), 'response');
  assert.equal(response.statusCode, 200);
  response.resume();
  await assert.rejects(fetch(`${address}/healthz`));
});

test('it is ready when its servers are, and stops in order', async () => {
  assert.equal((await ask('/readyz')).status, 200);
  const { address, child, log } = await startGateway();
  const controller = new AbortController();
  const watching = fetch(`${address}/v1/submissions:watch?cursor=now`, { signal: controller.signal }).catch(() => {});
  await watching;
  child.kill('SIGTERM');
  await sleep(200);
  await assert.rejects(fetch(`${address}/healthz`));
  controller.abort();
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.ok(log.some((line) => line.message === 'stopped'));
});

test('who calls is told to the servers, and no secret is logged', async () => {
  const { address, log } = await startGateway();
  await fetch(`${address}/v1/ruleSets?page_token=`, { headers: { authorization: 'Bearer very-secret', 'x-request-id': 'gateway-secret-1' } });
  await sleep(50);
  const line = log.find((entry) => entry.request_id === 'gateway-secret-1');
  assert.equal(line.method, 'jixiao.scoring.v1.ScoringService/ListRuleSets');
  assert.ok(!JSON.stringify(log).includes('very-secret'));
});

test('the OpenAPI document is valid and has every method', async () => {
  const document = await (await ask('/openapi.json')).json();
  const result = await new Validator().validate(document);
  assert.ok(result.valid, JSON.stringify(result.errors));
  const { registry, routes } = loadContract(descriptors, new URL('http.yaml', import.meta.url));
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  assert.equal(operations.length, routes.length);
  // Only what the services say to each other has no path. What operators ask of a server (other packages) never comes this way.
  const mapped = new Set(routes.map((route) => route.method));
  const left = [...registry].filter((type) => type.kind === 'service' && /^jixiao\.(intake|scoring|archiving)\./.test(type.typeName)).flatMap((service) => service.methods).filter((method) => !mapped.has(method));
  assert.deepEqual(left.map((method) => method.name).sort(), ['ArchiveRecord', 'RecordCalls']);
});

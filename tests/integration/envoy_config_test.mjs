// Every field and value of deploy/gateway/envoy.yaml is one of Envoy's own, by the protos that @grpc/grpc-js-xds carries; its
// transcoder names every service of the contract, and the annotated descriptors hold every rule of http.yaml.
//
//   node envoy_config_test.mjs ENVOY.YAML DESCRIPTORS      where packages and the gateway's modules are found
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { parse } from 'yaml';
import { annotate } from './annotate.mjs';
import { loadContract } from './contract.mjs';

const [configFile, descriptors] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const protobuf = require('protobufjs');

const deps = join(dirname(require.resolve('@grpc/grpc-js-xds/package.json')), 'deps');
const folders = [...['envoy-api', 'googleapis', 'xds', 'protoc-gen-validate'].map((name) => join(deps, name)), dirname(require.resolve('protobufjs/package.json'))];
const root = new protobuf.Root();
root.resolvePath = (_, target) =>
  folders.map((folder) => join(folder, target)).find((path) => {
    try {
      return readFileSync(path).length > 0;
    } catch {
      return false;
    }
  }) ?? target;
const extensions = 'envoy/extensions';
root.loadSync(['envoy/config/bootstrap/v3/bootstrap.proto', `${extensions}/filters/http/grpc_json_transcoder/v3/transcoder.proto`,
  `${extensions}/filters/http/router/v3/router.proto`, `${extensions}/upstreams/http/v3/http_protocol_options.proto`,
  `${extensions}/filters/network/http_connection_manager/v3/http_connection_manager.proto`], { keepCase: true });
root.resolveAll();

let checked = 0;
const WELL_KNOWN = {
  '.google.protobuf.Duration': /^\d+(\.\d+)?s$/,
  '.google.protobuf.UInt32Value': /^\d+$/,
  '.google.protobuf.BoolValue': /^(true|false)$/,
  '.google.protobuf.UInt64Value': /^\d+$/,
};

function checkValue(field, value, path) {
  checked += 1;
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) {
    assert.ok(value in type.values, `${path}: ${value} is none of ${Object.keys(type.values)}`);
  } else if (type !== null) {
    checkMessage(type, value, path);
  } else if (field.type === 'string') {
    assert.equal(typeof value, 'string', `${path} is a string`);
  } else if (field.type === 'bool') {
    assert.equal(typeof value, 'boolean', `${path} is true or false`);
  } else {
    assert.equal(typeof value, 'number', `${path} is a number`);
  }
}

function checkMessage(type, value, path) {
  const simple = WELL_KNOWN[type.fullName];
  if (simple !== undefined) {
    assert.match(String(value), simple, path);
    return;
  }
  assert.equal(typeof value, 'object', `${path} is a message`);
  const { '@type': url, ...rest } = value;
  if (type.fullName === '.google.protobuf.Any') type = root.lookupType(url.replace('type.googleapis.com/', ''));
  else assert.equal(url, undefined, `${path} has no @type`);
  for (const oneof of type.oneofsArray) {
    const set = oneof.fieldsArray.filter((field) => field.name in rest).map((field) => field.name);
    assert.ok(set.length <= 1, `${path}: only one of ${set}`);
  }
  for (const [name, inner] of Object.entries(rest)) {
    const field = type.fields[name];
    assert.ok(field, `${path}: ${type.fullName} has no field ${name}`);
    if (field.map) for (const [key, one] of Object.entries(inner)) checkValue(field, one, `${path}.${name}[${key}]`);
    else if (field.repeated) inner.forEach((one, i) => checkValue(field, one, `${path}.${name}[${i}]`));
    else checkValue(field, inner, `${path}.${name}`);
  }
}

const config = parse(readFileSync(configFile, 'utf8'), { merge: true });
checkMessage(root.lookupType('envoy.config.bootstrap.v3.Bootstrap'), config, 'envoy.yaml');

const contract = loadContract(descriptors, new URL('http.yaml', import.meta.url));
const manager = config.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;
const transcoder = manager.http_filters[0].typed_config;
const services = [...new Set(contract.routes.map((route) => route.method.parent.typeName))];
assert.deepEqual([...transcoder.services].sort(), services.sort());

// Every cluster that is routed to is there.
const clusters = config.static_resources.clusters.map((cluster) => cluster.name);
for (const { route } of manager.route_config.virtual_hosts[0].routes) if (route) assert.ok(clusters.includes(route.cluster));

// Envoy's descriptors: the same files, with an option for each rule that says what http.yaml says.
const set = fromBinary(FileDescriptorSetSchema, annotate(contract));
const http = new protobuf.Root();
http.resolvePath = root.resolvePath;
http.loadSync('google/api/http.proto', { keepCase: true });
const HttpRule = http.lookupType('google.api.HttpRule');
const seen = new Map();
for (const file of set.file) {
  for (const service of file.service) {
    for (const method of service.method) {
      const unknown = method.options?.$unknown?.find((field) => field.no === 72295728);
      if (unknown === undefined) continue;
      const reader = protobuf.Reader.create(unknown.data);
      seen.set(`${file.package}.${service.name}.${method.name}`, HttpRule.toObject(HttpRule.decode(reader.bytes()), { arrays: false }));
    }
  }
}
assert.equal(seen.size, contract.rules.length);
for (const { selector, ...rule } of contract.rules) assert.deepEqual(seen.get(selector), rule, selector);
console.log(`ok: ${checked} values of envoy.yaml, ${services.length} services, ${seen.size} annotated methods`);

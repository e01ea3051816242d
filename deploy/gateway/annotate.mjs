#!/usr/bin/env node
// The descriptors with the rules of http.yaml as google.api.http options: what Envoy's grpc_json_transcoder reads.
//
//   node annotate.mjs DESCRIPTORS OUT
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { loadContract } from './contract.mjs';

// Numbers of google/api/annotations.proto and http.proto.
const HTTP_OPTION = 72295728;
const FIELDS = { get: 2, put: 3, post: 4, delete: 5, patch: 6, body: 7 };
const ADDITIONAL_BINDINGS = 11;

function encode(rule) {
  const writer = new BinaryWriter();
  for (const [name, number] of Object.entries(FIELDS)) {
    if (rule[name] !== undefined) writer.tag(number, WireType.LengthDelimited).string(rule[name]);
  }
  for (const binding of rule.additional_bindings ?? []) writer.tag(ADDITIONAL_BINDINGS, WireType.LengthDelimited).bytes(encode(binding));
  return writer.finish();
}

export function annotate({ set, rules }) {
  const bySelector = new Map(rules.map((rule) => [rule.selector, rule]));
  for (const file of set.file) {
    file.sourceCodeInfo = undefined;
    for (const service of file.service) {
      for (const method of service.method) {
        const rule = bySelector.get(`${file.package}.${service.name}.${method.name}`);
        if (rule === undefined) continue;
        const option = new BinaryWriter().tag(HTTP_OPTION, WireType.LengthDelimited).bytes(encode(rule)).finish();
        const options = toBinary(MethodOptionsSchema, method.options ?? create(MethodOptionsSchema));
        method.options = fromBinary(MethodOptionsSchema, Buffer.concat([options, option]));
      }
    }
  }
  return toBinary(FileDescriptorSetSchema, set);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rules = join(dirname(fileURLToPath(import.meta.url)), 'http.yaml');
  writeFileSync(process.argv[3], annotate(loadContract(process.argv[2], rules)));
}

// Requests: from a path, a query and a body to a message of the contract.
import { ScalarType, fromJson, toJson } from '@bufbuild/protobuf';
import { status as Code } from '@grpc/grpc-js';
import { fieldAt } from './contract.mjs';
import { GatewayError } from './errors.mjs';

const invalid = (reason, message, field) => new GatewayError(Code.INVALID_ARGUMENT, reason, message, { field });

// What a parameter's text means for its field, as protobuf JSON has it. Integers, enums, bytes and times are strings there, too.
function valueOf(field, path, text) {
  if (field.scalar !== ScalarType.BOOL) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid('PARAMETER_INVALID', `${path} is true or false, not ${JSON.stringify(text.slice(0, 60))}`, path);
}

// Puts `text` at a dotted path of `json`, which is to become a `message`.
function put(json, message, path, text) {
  const field = fieldAt(message, path);
  const simple = field !== undefined && (field.fieldKind !== 'message' || isWellKnown(field.message)) && field.fieldKind !== 'map';
  if (!simple) throw invalid('PARAMETER_UNKNOWN', `${message.typeName} has no simple field ${path.slice(0, 200)}`, path.slice(0, 200));
  const steps = path.split('.');
  let at = json;
  let level = message;
  for (const step of steps.slice(0, -1)) {
    const inner = level.fields.find((f) => f.name === step || f.jsonName === step);
    at = at[inner.name] ??= {};
    level = inner.message;
  }
  if (field.fieldKind === 'list') {
    (at[field.name] ??= []).push(valueOf(field, path, text));
    return;
  }
  const value = valueOf(field, path, text);
  for (const name of [field.name, field.jsonName]) {
    if (at[name] !== undefined && at[name] !== value) throw invalid('PARAMETER_REPEATED', `${path} is given twice`, path);
    delete at[name];
  }
  at[field.name] = value;
}

// Times, durations and masks are strings in JSON.
const isWellKnown = (message) => /^google\.protobuf\.(Timestamp|Duration|FieldMask)$/.test(message?.typeName ?? '');

export function parseJson(text, where = 'the body') {
  let json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid('BODY_INVALID', `${where} is not JSON: ${error.message.slice(0, 200)}`);
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw invalid('BODY_INVALID', `${where} is no JSON object`);
  return json;
}

// The message in `json`. Every field must be one of the contract's, with a value of its type.
export function messageOf(descriptor, registry, json, where = 'the body') {
  try {
    return fromJson(descriptor, json, { registry });
  } catch (error) {
    // "cannot decode field x.y.Form.fiscal_year from JSON: expected number (int32), got "twenty""
    const field = /field (?:[\w.]*[A-Z]\w*\.)?([a-z]\w*)/.exec(error.message)?.[1] ?? /key "([^"]{1,100})"/.exec(error.message)?.[1];
    throw invalid('BODY_INVALID', `${where}: ${error.message.slice(0, 300)}`, field);
  }
}

// The message of a request that is not a stream. `body` is its text, or undefined.
export function requestMessage({ route, values }, query, body, registry) {
  const json = body === undefined || body === '' ? {} : parseJson(body);
  if (route.body && [...query.keys()].length > 0) {
    throw invalid('PARAMETER_UNKNOWN', 'this method takes its fields in the body, not in the query', [...query.keys()][0].slice(0, 200));
  }
  for (const [path, text] of query) put(json, route.method.input, path, text);
  for (const [path, text] of values) put(json, route.method.input, path, text);
  return messageOf(route.method.input, registry, json);
}

// The contract's own names, and every field, so that both ways of reading it find what they look for.
export const jsonOf = (descriptor, message, registry) =>
  toJson(descriptor, message, { registry, useProtoFieldName: true, alwaysEmitImplicit: true });

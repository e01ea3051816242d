#!/usr/bin/env node
// The contract over HTTP as an OpenAPI 3 document, made from the descriptors (with the comments of the protos) and http.yaml.
//
//   node openapi.mjs DESCRIPTORS >openapi.json
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScalarType } from '@bufbuild/protobuf';
import { fieldAt, loadContract } from './contract.mjs';

const SCALARS = {
  [ScalarType.INT32]: { type: 'integer', format: 'int32' },
  [ScalarType.UINT32]: { type: 'integer', format: 'int64', minimum: 0 },
  [ScalarType.INT64]: { type: 'string', format: 'int64' },
  [ScalarType.UINT64]: { type: 'string', format: 'uint64' },
  [ScalarType.BOOL]: { type: 'boolean' },
  [ScalarType.STRING]: { type: 'string' },
  [ScalarType.BYTES]: { type: 'string', format: 'byte' },
};
const WELL_KNOWN = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', description: 'Seconds with the suffix s, such as 1.5s.' },
  'google.protobuf.FieldMask': { type: 'string', description: 'Names of fields, separated by commas.' },
  'google.protobuf.Any': { type: 'object', properties: { '@type': { type: 'string' } }, additionalProperties: true },
};

// Comments by element: "path in the file" as descriptor.proto numbers it.
class Comments {
  #byFile = new Map();

  #of(file, path) {
    if (!this.#byFile.has(file)) {
      const locations = file.proto.sourceCodeInfo?.location ?? [];
      this.#byFile.set(file, new Map(locations.map((l) => [l.path.join('.'), l.leadingComments ?? ''])));
    }
    const text = this.#byFile.get(file).get(path.join('.')) ?? '';
    return text.split('\n').map((line) => line.replace(/^ /, '')).join('\n').trim();
  }

  #pathOf(type) {
    if (type.parent !== undefined) {
      const list = type.kind === 'enum' ? type.parent.proto.enumType : type.parent.proto.nestedType;
      return [...this.#pathOf(type.parent), type.kind === 'enum' ? 4 : 3, list.indexOf(type.proto)];
    }
    const { proto } = type.file;
    if (type.kind === 'service') return [6, proto.service.indexOf(type.proto)];
    return type.kind === 'enum' ? [5, proto.enumType.indexOf(type.proto)] : [4, proto.messageType.indexOf(type.proto)];
  }

  ofType(type) {
    return this.#of(type.file, this.#pathOf(type));
  }

  ofField(field) {
    return this.#of(field.parent.file, [...this.#pathOf(field.parent), 2, field.parent.proto.field.indexOf(field.proto)]);
  }

  ofValue(value) {
    return this.#of(value.parent.file, [...this.#pathOf(value.parent), 2, value.parent.proto.value.indexOf(value.proto)]);
  }

  ofMethod(method) {
    return this.#of(method.parent.file, [...this.#pathOf(method.parent), 2, method.parent.proto.method.indexOf(method.proto)]);
  }
}

class Schemas {
  #comments;
  all = {};

  constructor(comments) {
    this.#comments = comments;
  }

  refTo(type) {
    if (WELL_KNOWN[type.typeName] !== undefined) return WELL_KNOWN[type.typeName];
    if (this.all[type.typeName] === undefined) {
      this.all[type.typeName] = {}; // taken, for messages that hold themselves
      this.all[type.typeName] = type.kind === 'enum' ? this.#enum(type) : this.#message(type);
    }
    return { $ref: `#/components/schemas/${type.typeName}` };
  }

  #enum(type) {
    const values = type.values.map((value) => `- ${value.name}: ${this.#comments.ofValue(value)}`);
    return { type: 'string', enum: type.values.map((value) => value.name), description: [this.#comments.ofType(type), ...values].join('\n') };
  }

  #message(type) {
    const properties = Object.fromEntries(type.fields.map((field) => [field.name, this.field(field)]));
    return { type: 'object', description: this.#comments.ofType(type), properties, additionalProperties: false };
  }

  // The schema of a field's value alone.
  #value(field) {
    if (field.message !== undefined) return this.refTo(field.message);
    if (field.enum !== undefined) return this.refTo(field.enum);
    return SCALARS[field.scalar];
  }

  field(field) {
    let description = this.#comments.ofField(field);
    if (field.oneof !== undefined && !field.proto.proto3Optional) {
      const others = field.oneof.fields.filter((other) => other !== field).map((other) => other.name);
      if (others.length > 0) description += `\nAt most one of this and ${others.join(', ')}.`;
    }
    let schema;
    if (field.fieldKind === 'map') {
      schema = { type: 'object', additionalProperties: field.mapKind === 'scalar' ? SCALARS[field.scalar] : this.refTo(field.message ?? field.enum) };
    } else if (field.fieldKind === 'list') {
      schema = { type: 'array', items: this.#value(field) };
    } else {
      schema = this.#value(field);
    }
    // Nothing may stand beside a reference.
    return schema.$ref === undefined ? { description, ...schema } : { description, allOf: [schema] };
  }
}

// The fields that a query may name.
function queryFields(message, prefix = '', depth = 0) {
  return message.fields.flatMap((field) => {
    const path = `${prefix}${field.name}`;
    const inner = field.fieldKind === 'message' && WELL_KNOWN[field.message.typeName] === undefined;
    if (inner) return depth < 2 ? queryFields(field.message, `${path}.`, depth + 1) : [];
    return field.fieldKind === 'map' || (field.fieldKind === 'list' && field.listKind === 'message') ? [] : [{ path, field }];
  });
}

// "/v1/{name=submissions/*}:watch" as OpenAPI has it, with the names of its parameters and what each is a part of.
function pathOf(route) {
  const parameters = [];
  const path = route.template.replace(/\{([^}=]+)(?:=([^}]+))?\}/g, (_, variable, pattern = '*') => {
    if (pattern === '*' || pattern === '**') {
      parameters.push({ name: variable, variable, many: pattern === '**' });
      return `{${variable}}`;
    }
    return pattern.replace(/(\w+)\/\*/g, (__, collection) => {
      const name = collection.replace(/s$/, '');
      parameters.push({ name, variable });
      return `${collection}/{${name}}`;
    });
  });
  return { path, parameters };
}

function operationOf(route, index, comments, schemas) {
  const { method } = route;
  const { path, parameters } = pathOf(route);
  const lines = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming';
  const streams = method.methodKind === 'server_streaming' || method.methodKind === 'bidi_streaming';
  const comment = comments.ofMethod(method);
  const operation = {
    operationId: `${method.parent.name}_${method.name}${index === 0 ? '' : index + 1}`,
    tags: [method.parent.name],
    summary: comment.split(/(?<=\.)\s/)[0].replaceAll('\n', ' '),
    description: comment + (lines ? '\n\nOne request a line.' : '') + (streams ? '\n\nOne answer a line.' : ''),
    parameters: parameters.map(({ name, variable, many }) => ({
      name, in: 'path', required: true, schema: { type: 'string' },
      description: comments.ofField(fieldAt(method.input, variable)) + (many ? ' May hold slashes.' : ''),
    })),
    responses: {
      200: { description: 'Done.', content: { [streams ? 'application/x-ndjson' : 'application/json']: { schema: schemas.refTo(method.output) } } },
      default: { $ref: '#/components/responses/Refused' },
    },
  };
  if (route.body) {
    operation.requestBody = { required: true, content: { [lines ? 'application/x-ndjson' : 'application/json']: { schema: schemas.refTo(method.input) } } };
  } else {
    for (const { path: name, field } of queryFields(method.input)) {
      if (route.variables.includes(name)) continue;
      const { description, ...schema } = schemas.field(field);
      operation.parameters.push({ name, in: 'query', description, schema });
    }
  }
  return { path, operation };
}

// The document for a contract as loadContract gives it.
export function openApi({ registry, routes }) {
  const comments = new Comments();
  const schemas = new Schemas(comments);
  const paths = {};
  const services = new Map();
  const bindings = new Map();
  for (const route of routes) {
    services.set(route.method.parent.name, route.method.parent);
    const index = bindings.get(route.method) ?? 0;
    bindings.set(route.method, index + 1);
    const { path, operation } = operationOf(route, index, comments, schemas);
    (paths[path] ??= {})[route.verb.toLowerCase()] = operation;
  }
  const details = ['ErrorInfo', 'BadRequest', 'RetryInfo'].map((name) => schemas.refTo(registry.getMessage(`google.rpc.${name}`)));
  const status = schemas.refTo(registry.getMessage('google.rpc.Status'));
  schemas.all['google.rpc.Status'].properties.details.items = { anyOf: details.map((detail) => ({ allOf: [detail] })) };
  for (const name of ['ErrorInfo', 'BadRequest', 'RetryInfo']) {
    const schema = schemas.all[`google.rpc.${name}`];
    schema.properties = { '@type': { type: 'string', enum: [`type.googleapis.com/google.rpc.${name}`] }, ...schema.properties };
  }
  return {
    openapi: '3.0.3',
    info: {
      title: 'Jixiao 绩效',
      version: 'v1',
      description: 'Performance self-evaluations of budget projects: taken in, scored and archived. The same contract as over gRPC; the ' +
        'names of fields are those of the protos, and lowerCamelCase is taken, too. A header x-request-id goes through all services and logs.',
    },
    tags: [...services.values()].map((service) => ({ name: service.name, description: comments.ofType(service) })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: Object.fromEntries(Object.entries(schemas.all).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: { Refused: { description: 'Refused; the reason stands in ErrorInfo.', content: { 'application/json': { schema: status } } } },
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rules = join(dirname(fileURLToPath(import.meta.url)), 'http.yaml');
  process.stdout.write(`${JSON.stringify(openApi(loadContract(process.argv[2], rules)), null, 2)}\n`);
}

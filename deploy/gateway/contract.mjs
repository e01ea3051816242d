// The contract as data: the messages and methods of a descriptor set, and the HTTP rules of http.yaml over them.
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { parse } from 'yaml';

const VERBS = ['get', 'put', 'post', 'delete', 'patch'];

// A path template of google.api.http as a regular expression with one group a variable, whose field paths are `variables`.
function compile(template) {
  const variables = [];
  const quote = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  // A segment holds no colon at its end that could be a custom method's.
  const segments = (text) => text.split('/').map((s) => (s === '**' ? '.+' : s === '*' ? '[^/]+?' : quote(s))).join('/');
  let source = '';
  let rest = template;
  while (rest !== '') {
    const open = rest.indexOf('{');
    if (open < 0) {
      source += segments(rest);
      break;
    }
    const close = rest.indexOf('}', open);
    const [path, pattern = '*'] = rest.slice(open + 1, close).split('=');
    variables.push(path);
    source += `${segments(rest.slice(0, open))}(${segments(pattern)})`;
    rest = rest.slice(close + 1);
  }
  return { pattern: new RegExp(`^${source}$`), variables };
}

// The field at a dotted path below a message; undefined when there is none.
export function fieldAt(message, path) {
  let field;
  for (const step of path.split('.')) {
    if (message === undefined) return undefined;
    field = message.fields.find((f) => f.name === step || f.jsonName === step);
    if (field === undefined) return undefined;
    message = field.fieldKind === 'message' ? field.message : undefined;
  }
  return field;
}

function routeOf(method, rule) {
  const verb = VERBS.find((v) => v in rule);
  if (verb === undefined) throw new Error(`http.yaml: ${rule.selector}: none of ${VERBS.join(', ')}`);
  if (rule.body !== undefined && rule.body !== '*') throw new Error(`http.yaml: ${rule.selector}: the body is "*" or none`);
  const template = rule[verb];
  const route = { verb: verb.toUpperCase(), template, body: rule.body === '*', method, ...compile(template) };
  for (const path of route.variables) {
    if (fieldAt(method.input, path)?.scalar === undefined) {
      throw new Error(`http.yaml: ${rule.selector}: {${path}} is no simple field of ${method.input.typeName}`);
    }
  }
  return route;
}

// Reads both files. `registry` has every message; `routes` are in the order in which they are to be tried: custom methods (":verb")
// and literal paths before variables. Throws when a rule names what the contract does not have.
export function loadContract(descriptorFile, rulesFile) {
  const set = fromBinary(FileDescriptorSetSchema, readFileSync(descriptorFile));
  const registry = createFileRegistry(set);
  const routes = [];
  const { http } = parse(readFileSync(rulesFile, 'utf8'));
  for (const rule of http.rules) {
    const dot = rule.selector.lastIndexOf('.');
    const method = registry.getService(rule.selector.slice(0, dot))?.methods.find((m) => m.name === rule.selector.slice(dot + 1));
    if (method === undefined) throw new Error(`http.yaml: the contract has no method ${rule.selector}`);
    for (const binding of [rule, ...(rule.additional_bindings ?? [])]) {
      routes.push(routeOf(method, { selector: rule.selector, ...binding }));
    }
  }
  const rank = (route) => (/:\w+$/.test(route.template) ? 0 : 1) * 100 + route.variables.length;
  routes.sort((a, b) => rank(a) - rank(b));
  return { set, registry, routes, rules: http.rules };
}

// The route of a request, with the values of its path's variables; or the verbs that its path takes; or null.
export function match(routes, verb, path) {
  const others = new Set();
  for (const route of routes) {
    const found = route.pattern.exec(path);
    if (found === null) continue;
    if (route.verb === verb) {
      const values = route.variables.map((variable, i) => [variable, decodeURIComponent(found[i + 1])]);
      return { route, values };
    }
    others.add(route.verb);
  }
  return others.size > 0 ? { allow: [...others] } : null;
}

// Rendered manifests against Kubernetes' own schemas, strictly: a field that the schema does not know is a fault, as kubectl --validate=strict
// would say. And what no schema says: every pod restricted, every reference answered, every flow that is needed allowed.
//
//   node kubernetes_schema_test.mjs OVERLAY RENDERED.YAML
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseAllDocuments } from 'yaml';

const require = createRequire(import.meta.url);
const [overlay, file] = process.argv.slice(2);

// Closed schemas: each registers itself when it is first asked for.
const validation = require('@kubernetes-models/validate');
const close = (schema) => {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map(close);
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  if (closed.properties !== undefined && closed.additionalProperties === undefined) closed.additionalProperties = false;
  return closed;
};
const patched = { ...validation, register: (id, schema) => validation.register(id, close(schema)) };
require.cache[require.resolve('@kubernetes-models/validate')].exports = patched;
// The other package has its own copy of the same.
const inner = require.resolve('@kubernetes-models/validate', { paths: [require.resolve('kubernetes-models')] });
require(inner);
require.cache[inner].exports = patched;

const GROUPS = { '': 'IoK8sApiCore', apps: 'IoK8sApiApps', batch: 'IoK8sApiBatch', policy: 'IoK8sApiPolicy', autoscaling: 'IoK8sApiAutoscaling', 'networking.k8s.io': 'IoK8sApiNetworking' };
const capitalised = (text) => text[0].toUpperCase() + text.slice(1);

function checkSchema(object) {
  const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
  const name = `${GROUPS[group]}${capitalised(version)}${object.kind}`;
  const { addSchema } = require(require.resolve('kubernetes-models').replace(/index\.js$/, `_schemas/${name}.js`));
  addSchema();
  const id = `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${object.kind}`;
  validation.validate(id, object);
}

const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
  assert.deepEqual(document.errors, []);
  return document.toJS();
});
const of = (kind) => objects.filter((object) => object.kind === kind);
const nameOf = (object) => `${object.kind}/${object.metadata.name}`;

for (const object of objects) {
  try {
    checkSchema(object);
  } catch (error) {
    assert.fail(`${nameOf(object)}: ${error.message}`);
  }
}
// The check itself must find what is wrong.
assert.throws(() => checkSchema({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { clusterIp: 'None' } }));
assert.throws(() => checkSchema({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' }, spec: { replicas: '3' } }));

const seen = new Set();
for (const object of objects) {
  assert.ok(!seen.has(nameOf(object)), `${nameOf(object)} twice`);
  seen.add(nameOf(object));
  if (object.kind !== 'Namespace') assert.equal(object.metadata.namespace, 'jixiao', nameOf(object));
}

// Pods, wherever they are made.
const pods = objects.flatMap((object) => {
  const template = object.kind === 'CronJob' ? object.spec.jobTemplate.spec.template : object.spec?.template;
  return template === undefined ? [] : [{ name: nameOf(object), labels: template.metadata.labels, spec: template.spec, object }];
});
for (const { name, spec } of pods) {
  assert.equal(spec.automountServiceAccountToken, false, name);
  assert.equal(spec.securityContext.runAsNonRoot, true, name);
  assert.equal(spec.securityContext.seccompProfile.type, 'RuntimeDefault', name);
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
  for (const claim of pods.find((pod) => pod.name === name).object.spec.volumeClaimTemplates ?? []) volumes.add(claim.metadata.name);
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    const where = `${name}/${container.name}`;
    assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }, where);
    assert.match(container.image, /^jixiao-\w+:\d+\.\d+\.\d+$/, where);
    for (const kind of ['requests', 'limits']) for (const what of ['cpu', 'memory']) assert.ok(container.resources[kind][what], `${where} ${kind} ${what}`);
    for (const mount of container.volumeMounts ?? []) assert.ok(volumes.has(mount.name), `${where}: no volume ${mount.name}`);
    assert.ok(new Set((container.env ?? []).map((variable) => variable.name)).size === (container.env ?? []).length, `${where}: a variable twice`);
  }
}

// What a policy lets through: its peers and ports, against the labels of the pods.
const selects = (selector, labels) =>
  Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector.matchExpressions ?? []).every(({ key, operator, values }) => operator === 'In' && values.includes(labels[key]));
const labelsOf = (name) => pods.find((pod) => pod.name.endsWith(`/${name}`)).labels;
const portNumber = (name, port) =>
  typeof port === 'number' ? port : pods.find((pod) => pod.name.endsWith(`/${name}`)).spec.containers.flatMap((c) => c.ports ?? []).find((p) => p.name === port)?.containerPort;
function allowed(direction, of_, peer, port, target) {
  const policies = of('NetworkPolicy').filter((policy) => selects(policy.spec.podSelector, labelsOf(of_)));
  assert.ok(policies.some((policy) => policy.spec.policyTypes.includes(direction)), `${of_} is not isolated`);
  return policies.flatMap((policy) => policy.spec[direction.toLowerCase()] ?? []).some((rule) => {
    const peers = rule[direction === 'Ingress' ? 'from' : 'to'];
    const peerFits = peers === undefined || (peer !== null && peers.some((one) => one.podSelector && !one.namespaceSelector && selects(one.podSelector, labelsOf(peer))));
    return peerFits && (rule.ports ?? [{ port }]).some((one) => portNumber(target, one.port) === port);
  });
}
const flows = [['intake', 'scoring', 7302], ['intake', 'archiving', 7303], ['scoring', 'redis', 6379]];
if (overlay !== 'base') flows.push(['fixity', 'archiving', 7303], ['export', 'archiving', 7303]);
for (const [from, to, port] of flows) {
  assert.ok(allowed('Egress', from, to, port, to), `${from} may not call ${to}`);
  assert.ok(allowed('Ingress', to, from, port, to), `${to} does not let ${from} in`);
}
const audited = process.env.AUDITED !== undefined;
assert.equal(allowed('Egress', 'scoring', 'archiving', 7303, 'archiving') && allowed('Ingress', 'archiving', 'scoring', 7303, 'archiving'), audited, 'scoring calls archiving for the audit log');
for (const name of ['intake', 'scoring', 'archiving']) {
  const server = objects.find((object) => ['StatefulSet', 'Deployment'].includes(object.kind) && object.metadata.name === name);
  const [container] = server.spec.template.spec.containers;
  const folder = container.env.find((variable) => variable.name === 'JIXIAO_AUDIT')?.value;
  assert.equal(folder !== undefined, audited, `${name} audit`);
  if (audited) assert.ok(container.volumeMounts.some((mount) => folder.startsWith(`${mount.mountPath}/`) && mount.name === 'data'), `${name}: ${folder} is on no volume`);
}
for (const [from, to, port] of [['redis', 'intake', 7301], ['archiving', 'redis', 6379], ['intake', 'redis', 6379], ['scoring', 'intake', 7301]]) {
  assert.ok(!(allowed('Egress', from, to, port, to) && allowed('Ingress', to, from, port, to)), `${from} may call ${to}`);
}

if (overlay === 'province') {
  assert.deepEqual(of('StatefulSet'), []);
  for (const name of ['intake', 'scoring', 'archiving']) {
    const server = of('Deployment').find((object) => object.metadata.name === name);
    assert.deepEqual(server.spec.strategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
    const scaler = of('HorizontalPodAutoscaler').find((object) => object.spec.scaleTargetRef.name === name);
    // Two hands on one number would fight.
    if (scaler) assert.ok(server.spec.replicas === undefined && scaler.spec.minReplicas >= 2, name);
    else assert.ok(server.spec.replicas >= 2, name);
    assert.ok(of('PodDisruptionBudget').some((budget) => selects(budget.spec.selector, server.spec.template.metadata.labels)), name);
    assert.ok(selects(server.spec.template.spec.topologySpreadConstraints[0].labelSelector, server.spec.template.metadata.labels), name);
    const [container] = server.spec.template.spec.containers;
    const store = container.env.find((variable) => variable.name === 'JIXIAO_STORE');
    assert.deepEqual(store.valueFrom.secretKeyRef, { name: 'databases', key: name });
    assert.ok(allowed('Egress', name, null, 5432, name), `${name} may not call PostgreSQL`);
    const data = server.spec.template.spec.volumes.find((volume) => volume.name === 'data');
    assert.ok(data.emptyDir, name);
  }
  assert.ok(!allowed('Egress', 'redis', null, 5432, 'redis'));
  const migrate = of('Job').find((object) => object.metadata.name === 'migrate').spec.template.spec;
  const migrated = [...migrate.initContainers, ...migrate.containers];
  assert.deepEqual(migrated.map((container) => container.image.split(':')[0]).sort(), ['jixiao-archiving', 'jixiao-intake', 'jixiao-scoring']);
  for (const container of migrated) {
    assert.deepEqual(container.args, ['--migrate']);
    const store = container.env.find((variable) => variable.name === 'JIXIAO_STORE');
    assert.deepEqual(store.valueFrom.secretKeyRef, { name: 'databases', key: container.name });
  }
  assert.ok(allowed('Egress', 'migrate', null, 5432, 'migrate'), 'the migration may not call PostgreSQL');
} else {
  assert.equal(of('StatefulSet').length, 3);
}
console.log(`ok: ${overlay}: ${objects.length} objects, ${pods.length} kinds of pods`);

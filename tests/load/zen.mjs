// The same arithmetic in @gorules/zen-engine: figures to points, one total a form. Called by compare-engines.
//
//   node zen.mjs FIGURES SECONDS      FIGURES: what `bench-engine --figures` wrote, one form a line
//
// The rule is the one that both engines apply: budget execution and at-least rows give B ÷ A of their weight, at-most
// rows A ÷ B, at most the whole weight, rounded half up to two places. ZEN gets it in every way it supports:
//   a decision for each form, as a service that keeps its rules in ZEN evaluates them:
//     expression   expression node, one evaluation after the other
//     table        decision table looped over the rows, likewise
//     parallel     expression node, 64 evaluations under way at once
//   an expression for each form, without the engine's decisions around it:
//     direct       evaluateExpressionSync, which compiles nothing but waits for no thread either
//   64 forms at once, for whoever has them all beforehand:
//     batch        a decision, one expression maps them all
//     batch_direct the same expression through evaluateExpressionSync
// Decisions are compiled once and warmed up; tracing is off; ZEN reads no cells, explains nothing and checks nothing.
// Of each way the wall clock and the CPU time of all threads are taken, and what is better for ZEN counts: one
// evaluation after the other waits for threads, 64 at once use more than one core.
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {resolve} from 'node:path';

// The package lies where compare-engines has installed it.
const require = createRequire(resolve(process.env.JIXIAO_NPM ?? '.', 'package.json'));
const {ZenEngine, evaluateExpressionSync} = require('@gorules/zen-engine');

const BATCH = 64;
const WARM_UP = 0.5;
const MEASUREMENTS = 5;

const [file, seconds = '2'] = process.argv.slice(2);
const all = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
// Budget execution is one more at-least row; forms without any figure have nothing to reckon.
const forms = all
  .map((form) => ({rows: form.funds ? [{op: '>=', ...form.funds}, ...form.rows] : form.rows}))
  .filter((form) => form.rows.length > 0);
const expected = forms.map((form) => form.rows.reduce((sum, row) => sum + row.points, 0));
const inputs = forms.map((form) => ({rows: form.rows.map(({op, w, a, b}) => ({op, w, a, b}))}));

const points = (row) =>
  `(${row}.op == ">=" ? (${row}.b >= ${row}.a ? ${row}.w : round(${row}.w * ${row}.b / ${row}.a, 2))` +
  ` : (${row}.b <= ${row}.a ? ${row}.w : round(${row}.w * ${row}.a / ${row}.b, 2)))`;
const total = (form) => `sum(map(${form}rows as row, ${points('row')}))`;

// A decision of one node between input and output.
function decision(node) {
  const nodes = [{id: 'in', name: 'in', type: 'inputNode'}, node, {id: 'out', name: 'out', type: 'outputNode'}];
  const edges = [
    {id: '1', type: 'edge', sourceId: 'in', targetId: node.id},
    {id: '2', type: 'edge', sourceId: node.id, targetId: 'out'},
  ];
  return engine.createDecision(Buffer.from(JSON.stringify({nodes, edges})));
}

const expression = (value) => ({
  id: 'score',
  name: 'score',
  type: 'expressionNode',
  content: {expressions: [{id: 'e', key: 'total', value}], passThrough: false},
});

const table = {
  id: 'score',
  name: 'score',
  type: 'decisionTableNode',
  content: {
    hitPolicy: 'first',
    executionMode: 'loop',
    inputField: 'rows',
    outputPath: 'rows',
    passThrough: false,
    inputs: [
      {id: 'op', name: 'op', field: 'op'},
      {id: 'met', name: 'met', field: 'b >= a'},
    ],
    outputs: [{id: 'points', name: 'points', field: 'points'}],
    rules: [
      {_id: '1', op: '">="', met: 'true', points: 'w'},
      {_id: '2', op: '">="', met: 'false', points: 'round(w * b / a, 2)'},
      {_id: '3', op: '"<="', met: 'false', points: 'w'},
      {_id: '4', op: '"<="', met: 'true', points: 'b == a ? w : round(w * a / b, 2)'},
    ],
  },
};

const engine = new ZenEngine();
const totalExpression = total('');
const byExpression = decision(expression(totalExpression));
const byTable = decision(table);
const batchExpression = `map(forms as form, ${total('form.')})`;
const byBatch = decision(expression(batchExpression));
const batches = [];
for (let i = 0; i < inputs.length; i += BATCH) batches.push({forms: inputs.slice(i, i + BATCH)});

const ways = {
  expression: async () => {
    const totals = [];
    for (const input of inputs) totals.push((await byExpression.evaluate(input)).result.total);
    return totals;
  },
  table: async () => {
    const totals = [];
    for (const input of inputs) {
      const {result} = await byTable.evaluate(input);
      totals.push(result.rows.reduce((sum, row) => sum + row.points, 0));
    }
    return totals;
  },
  parallel: async () => {
    const totals = [];
    for (const {forms: some} of batches)
      totals.push(...(await Promise.all(some.map((input) => byExpression.evaluate(input)))).map((r) => r.result.total));
    return totals;
  },
  direct: async () => inputs.map((input) => evaluateExpressionSync(totalExpression, input)),
  batch: async () => {
    const totals = [];
    for (const input of batches) totals.push(...(await byBatch.evaluate(input)).result.total);
    return totals;
  },
  batch_direct: async () => batches.flatMap((input) => evaluateExpressionSync(batchExpression, input)),
};

const now = () => Number(process.hrtime.bigint()) / 1e9;

async function rate(way) {
  const totals = await way();
  totals.forEach((sum, i) => {
    if (Math.abs(sum - expected[i]) > 0.005) throw new Error(`form ${i}: ZEN gives ${sum}, ours ${expected[i]}`);
  });
  for (const end = now() + WARM_UP; now() < end; ) await way();
  const rates = [];
  for (let i = 0; i < MEASUREMENTS; ++i) {
    const start = now();
    const cpu = process.cpuUsage();
    let count = 0;
    do {
      await way();
      count += inputs.length;
    } while (now() - start < Number(seconds) / MEASUREMENTS);
    const used = process.cpuUsage(cpu);
    rates.push({wall: count / (now() - start), cpu: (count * 1e6) / (used.user + used.system)});
  }
  const median = (clock) => rates.map((r) => r[clock]).sort((a, b) => a - b)[Math.floor(MEASUREMENTS / 2)];
  return {wall: median('wall'), cpu: median('cpu')};
}

const result = {forms: inputs.length, rows: inputs.reduce((sum, form) => sum + form.rows.length, 0), forms_per_second: {}};
for (const [name, way] of Object.entries(ways)) result.forms_per_second[name] = await rate(way);
console.log(JSON.stringify(result));
process.exit(0);  // the engine's threads would hold the process

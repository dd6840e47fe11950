import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { isAlert, type JudgedWindow, judgeWindows, type ModelStream } from './judged-stream.ts';

/**
 * Alarms of drift on a CSV file in order of time, whose columns are numbers, compared with its labels.
 * `node bench/drift-file.ts FILE.csv[.gz] --label COLUMN --period ROWS --reference PERIODS [--prediction COLUMN] [--from ROW]`
 * Without `--prediction` a logistic regression on the reference predicts the label, which is 0 or 1.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    label: { type: 'string', default: 'label' },
    prediction: { type: 'string' },
    period: { type: 'string', default: '1500' },
    reference: { type: 'string', default: '12' },
    from: { type: 'string', default: '0' },
  },
});
const MOST_CATEGORIES = 10;
const STEPS = 300;
const RULE = { name: 'drift', on: 'drift', open: 1, close: 2 } as const;
const RULES = { 'any column': RULE, '30 %': { ...RULE, share: 0.3 } } as const;

interface Table {
  readonly inputs: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly predictions: readonly number[];
}

const [file = ''] = positionals;
const [period, reference] = [Number(values.period), Number(values.reference)];
const stream = toStream(readTable(file));
const judged = judgeWindows(stream);
const isLower = ({ loss }: JudgedWindow) => loss.upper !== null && loss.upper < loss.reference;
const count = (windows: readonly JudgedWindow[]) => `${windows.length} (${windows.filter(isLower).length})`;
const cells = Object.values(RULES).flatMap((rule) => [
  count(judged.filter(({ window }) => isAlert(rule, window, null, true))),
  count(judged.filter(({ window }) => isAlert(rule, window, null))),
  count(judged.filter(({ window, loss }) => isAlert(rule, window, loss))),
]);
const names = Object.keys(RULES).flatMap((name) => [`${name}, before`, name, `${name}, labels known`]);
console.log('Windows with an alarm (of those, with an accuracy below the reference by more than its 95 % interval).\n');
console.log(`| windows | columns | lower accuracy | ${names.join(' | ')} |`);
console.log(`| ${'---: | '.repeat(names.length + 3)}`);
console.log(`| ${[judged.length, stream.isNumber.length, judged.filter(isLower).length, ...cells].join(' | ')} |`);

function readTable(path: string): Table {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  const [head = [], ...lines] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(','));
  const rows = lines.slice(Number(values.from));
  const column = (name: string) => rows.map((row) => Number(row[head.indexOf(name)]));
  const labels = column(values.label);
  const inputs = head.filter((name) => name !== values.label && name !== values.prediction).map(column);
  const predictions = values.prediction === undefined ? predictLabels(inputs, labels) : column(values.prediction);
  return { inputs, labels, predictions };
}

/** Logistic regression on standardized inputs of the reference, by gradient descent. */
function predictLabels(inputs: readonly (readonly number[])[], labels: readonly number[]): number[] {
  const size = reference * period;
  const scaled = inputs.map((column) => {
    const known = column.slice(0, size);
    const mean = known.reduce((sum, one) => sum + one, 0) / size;
    const deviation = Math.sqrt(known.reduce((sum, one) => sum + (one - mean) ** 2, 0) / size) || 1;
    return column.map((value) => (value - mean) / deviation);
  });
  const weights = scaled.map(() => 0);
  let bias = 0;
  const score = (row: number) =>
    scaled.reduce((sum, column, at) => sum + (weights[at] ?? 0) * (column[row] ?? 0), bias);
  for (let step = 0; step < STEPS; step += 1) {
    const errors = Array.from({ length: size }, (_, row) => 1 / (1 + Math.exp(-score(row))) - (labels[row] ?? 0));
    bias -= errors.reduce((sum, error) => sum + error, 0) / size;
    for (const [at, column] of scaled.entries()) {
      weights[at] = (weights[at] ?? 0) - errors.reduce((sum, error, row) => sum + error * (column[row] ?? 0), 0) / size;
    }
  }
  return labels.map((_, row) => Number(score(row) > 0));
}

function toStream({ inputs, labels, predictions }: Table): ModelStream {
  const columns = [...inputs, predictions];
  const isNumber = columns.map((column) => {
    const distinct = new Set(column);
    return distinct.size > MOST_CATEGORIES || [...distinct].some((value) => !Number.isInteger(value));
  });
  const periods = Array.from({ length: Math.floor(labels.length / period) }, (_, at) => {
    const [start, end] = [at * period, (at + 1) * period];
    const right = labels.slice(start, end).filter((label, row) => label === predictions[start + row]).length;
    const own = columns.map((column) => Float64Array.from(column.slice(start, end)));
    return { columns: own, accuracy: right / period, isChanged: false };
  });
  return { isNumber, reference: periods.slice(0, reference), windows: periods.slice(reference) };
}

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decimalString } from '../../../src/platform/units/index.ts';
import { createDemoClient } from './client.ts';
import { runDemo } from './run-demo.ts';
import { createStoryClock } from './story-clock.ts';
import type { DemoVerdict } from './weigh.ts';

/**
 * Runs the demo against a server in another process, over HTTP, so that its pages can be looked at meanwhile. With `--go-on`
 * visitors keep coming until a signal.
 */
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'behind-ms': { type: 'string', default: '0' },
    'go-on': { type: 'boolean', default: false },
  },
});
const { url, data } = values;
if (url === undefined || data === undefined) throw new Error('--url and --data are required');

const startedAt = performance.now();
const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`;
const ending = new AbortController();
let isComplete = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => (isComplete ? ending.abort() : process.exit(1)));
}

const { verdicts, production } = await runDemo(createDemoClient(url), {
  seed: Number(values.seed),
  clock: createStoryClock(Number(values['behind-ms'])),
  folder: join(data, 'bill'),
  report: (line) => console.log(`${elapsed()}  ${line}`),
});
console.log(`\n${table(verdicts)}\n`);
for (const { summary, reasons } of verdicts) {
  console.log(`- ${summary}`);
  for (const reason of reasons) console.log(`    ${reason}`);
}
isComplete = true;
console.log(`\nThe demo is complete after ${elapsed().trim()}.`);
if (values['go-on']) {
  console.log(`Look at it: ${url}   (MLflow clients: MLFLOW_TRACKING_URI=${url}; Ctrl-C ends)`);
  await production.goOn(ending.signal);
}

function table(rows: readonly DemoVerdict[]): string {
  const shapes: Readonly<Record<string, string>> = { promote: '✓', hold: '‖', reject: '✗' };
  const lines = rows.map(({ name, version, verdict, ndcgAt10, costPerThousand }) =>
    [
      `${shapes[verdict] ?? '?'} ${verdict.padEnd(8)}`,
      `ranker ${version}`.padEnd(10),
      name.padEnd(16),
      ndcgAt10.toFixed(3).padStart(8),
      (costPerThousand === null ? 'unknown' : decimalString(Number(costPerThousand).toPrecision(3))).padStart(24),
    ].join('  '),
  );
  const head = [
    'verdict'.padEnd(10),
    'version'.padEnd(10),
    'model'.padEnd(16),
    ' NDCG@10',
    'USD per 1,000 at demand',
  ].join('  ');
  return [head, ...lines].join('\n');
}

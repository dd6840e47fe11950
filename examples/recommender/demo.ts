import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { decimalString } from '../../src/platform/units/index.ts';
import { createDemoClient } from './demo/client.ts';

import { runDemo } from './demo/run-demo.ts';
import type { DemoVerdict } from './demo/weigh.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '.steelyard/demo' },
    port: { type: 'string', default: '4610' },
    seed: { type: 'string', default: '1' },
    serve: { type: 'boolean', default: true },
  },
  allowNegative: true,
});

const startedAt = performance.now();
const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`;
const data = resolve(values.data);
// The demo starts from nothing every time, so that its outcome is that of this run.
rmSync(data, { recursive: true, force: true });
mkdirSync(data, { recursive: true });

const { config } = loadConfig({
  environment: {},
  flags: { data, port: values.serve ? values.port : 0, logLevel: 'warn' },
});
const application = await createApplication(config);
const url = await listenOn(application.http, config);
const { verdicts, production } = await runDemo(createDemoClient(url), {
  seed: Number(values.seed),
  asOf: new Date(),
  folder: join(data, 'bill'),
  report: (line) => console.log(`${elapsed()}  ${line}`),
});
console.log(`\n${table(verdicts)}\n`);
for (const { summary, reasons } of verdicts) {
  console.log(`- ${summary}`);
  for (const reason of reasons) console.log(`    ${reason}`);
}

if (values.serve) {
  console.log(`\nLook at it: ${url}   (MLflow clients: MLFLOW_TRACKING_URI=${url}; Ctrl-C ends)`);
  const ending = new AbortController();
  const traffic = production.goOn(ending.signal).catch((error: unknown) => console.error(String(error)));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      ending.abort();
      await traffic;
      await application[Symbol.asyncDispose]();
      process.exit(0);
    });
  }
} else {
  await application[Symbol.asyncDispose]();
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

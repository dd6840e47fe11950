import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { buildUrl } from '../../src/platform/contract/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { seedManyRuns } from '../../test/support/many-runs.ts';
import { importInto } from '../bill-import.ts';
import { Connection } from '../http-load.ts';
import { writeScaleBill } from '../scale-bill.ts';
import { untilIdle } from '../server-process.ts';
import { startSteelyard } from '../steelyard.ts';
import { fillPredictions, MONITOR } from './predictions.ts';

const ScaleSizes = z.object({ billRows: z.number(), runs: z.number(), predictions: z.number() });
export type ScaleSizes = z.infer<typeof ScaleSizes>;

/** Written last: data without it were not finished. */
const MADE = 'made.json';
const Made = z.object({ month: z.string(), sizes: ScaleSizes });
const DEMO = join(import.meta.dirname, '../../examples/recommender/demo.ts');

/**
 * Makes the demo's data with a large bill, many runs and many predictions added, in `folder/data`, unless the folder has them.
 * Returns the month of the large bill, `YYYY-MM`.
 */
export async function makeScaleData(
  folder: string,
  sizes: ScaleSizes,
  report: (line: string) => void,
): Promise<string> {
  const made = readMade(folder);
  if (made !== null && JSON.stringify(made.sizes) === JSON.stringify(sizes)) return made.month;
  const data = join(folder, 'data');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const month = findLastMonth(new Date());
  report('web: the demo');
  await promisify(execFile)(process.execPath, [DEMO, '--no-serve', '--data', data], { maxBuffer: 64 << 20 });
  report(`web: ${sizes.runs} runs`);
  await seedRuns(data, sizes.runs);
  report(`web: ${sizes.predictions} predictions`);
  await fillPredictions(data, sizes.predictions);
  report(`web: ${sizes.billRows} bill rows`);
  await importBill(folder, { rows: sizes.billRows, month });
  writeFileSync(join(folder, MADE), JSON.stringify({ month, sizes }));
  return month;
}

function readMade(folder: string): z.infer<typeof Made> | null {
  const path = join(folder, MADE);
  return existsSync(path) ? Made.parse(JSON.parse(readFileSync(path, 'utf8'))) : null;
}

function findLastMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 'YYYY-MM'.length);
}

async function seedRuns(data: string, runs: number): Promise<void> {
  const { config } = loadConfig({ environment: {}, flags: { data, port: 0, logLevel: 'silent' } });
  await using application = await createApplication(config);
  const experiment = { experimentId: 7007, name: 'ranker-tuning', seed: 1, now: Date.now() };
  await seedManyRuns(application.store, { ...experiment, runs });
}

/** Imports the bill through the server, and waits until its jobs are done: roll-ups, allocation and windows of the monitor. */
async function importBill(folder: string, { rows, month }: { rows: number; month: string }): Promise<void> {
  const bill = await writeScaleBill(join(folder, 'bill.parquet'), rows, month);
  try {
    await using server = await startSteelyard(folder);
    await importInto(server, bill);
    using connection = new Connection();
    const body = JSON.stringify({ documents: [{ file: 'monitor.yaml', text: JSON.stringify(MONITOR) }] });
    await connection.json({ method: 'POST', url: `${server.url}${buildUrl(postApply, {})}`, body });
    for (let wait = 0; wait < 3; wait += 1) await untilIdle(server);
  } finally {
    rmSync(bill.path, { force: true });
  }
}

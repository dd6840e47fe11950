import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, postponeJobs, testApplication } from '../../testing/application.ts';
import { costSummary } from '../costs/schema.ts';
import { getSync, type Sync, startSyncs } from './schema.ts';

const archive = join(import.meta.dirname, '../../../../shared/data/finops/aws/cur_bucket_layout_koku_local.tar.gz');

/** Computed independently, with exact decimals, over the column lineItem/UnblendedCost. */
const TOTAL = '143227.76367818761501799105';
const ROWS = 13_380;

/** A bucket of the koku project: one Cost and Usage Report whose rows are of three billing periods. */
describe.skipIf(!existsSync(archive))('the bucket of the koku project, as a folder (skipped without ../shared)', () => {
  const original = mkdtempSync(join(tmpdir(), 'koku-'));
  const period = 'koku-local/20180801-20180901';
  const assembly = '16e57707-f9e3-49be-8be6-b84e684b5194';
  const data = `${period}/${assembly}/koku-local-1.csv.gz`;
  const manifest = `${period}/koku-local-Manifest.json`;
  let folder: string;
  let application: Application;

  beforeAll(() => void execFileSync('tar', ['xzf', archive, '-C', original]));
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bills-'));
    cpSync(original, folder, { recursive: true, preserveTimestamps: true });
    application = await testApplication();
    onTestFinished(() => application[Symbol.asyncDispose]());
    await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
    const text = `apiVersion: steelyard/v1\nkind: BillSource\nmetadata: { name: aws }\nspec: { location: { type: folder, path: ${folder} }, schedule: null }\n`;
    await call(application, postApply, { body: { documents: [{ file: 'source.yaml', text }] } });
  });

  async function sync(): Promise<Sync> {
    const { syncs } = await call(application, startSyncs, { body: { source: 'aws' } });
    for (;;) {
      const state = await call(application, getSync, { params: { sync: syncs[0]?.sync ?? '' } });
      if (state.endedAt !== null) return state;
      await pause(20); // the queue runs concurrently; polling is the only option
    }
  }

  const outcomes = ({ deliveries }: Sync) =>
    deliveries.map(({ period: month, outcome, rows }) => [month, outcome, rows]);
  const months = (outcome: string) => [
    ['2018-06', outcome, 3300],
    ['2018-07', outcome, 9304],
    ['2018-08', outcome, 776],
  ];
  async function expectTheWholeBill(): Promise<void> {
    const { totals } = await call(application, costSummary, { query: { by: 'serviceName', metric: 'billedCost' } });
    expect(totals).toEqual([{ currency: 'USD', amount: TOTAL }]);
  }

  it('is every row, to the last decimal, and again when it is synced again', async () => {
    const first = await sync();
    expect(outcomes(first)).toEqual(months('imported'));
    expect(first.progress.rows).toBe(ROWS);
    await expectTheWholeBill();
    expect(outcomes(await sync())).toEqual(months('unchanged'));
    await expectTheWholeBill();
  });

  it('waits for the manifest when the files come first, and is the same then', async () => {
    const text = readFileSync(join(folder, manifest), 'utf8');
    rmSync(join(folder, manifest));
    rmSync(join(folder, period, assembly, 'koku-local-Manifest.json'));
    expect((await sync()).deliveries).toMatchObject([{ export: 'koku-local', period: '2018-08', outcome: 'waiting' }]);
    writeFileSync(join(folder, manifest), text);
    expect(outcomes(await sync())).toEqual(months('imported'));
    await expectTheWholeBill();
  });

  it('is the same when half of it was delivered before', async () => {
    const earlier = '00000000-0000-4000-8000-000000000000';
    const lines = gunzipSync(readFileSync(join(folder, data)))
      .toString('utf8')
      .split('\n');
    const text = readFileSync(join(folder, manifest), 'utf8');
    mkdirSync(join(folder, period, earlier));
    writeFileSync(
      join(folder, period, earlier, 'koku-local-1.csv.gz'),
      gzipSync(`${lines.slice(0, 6000).join('\n')}\n`),
    );
    writeFileSync(join(folder, manifest), text.replaceAll(assembly, earlier));
    const half = await sync();
    expect(half.deliveries.reduce((sum, { rows }) => sum + (rows ?? 0), 0)).toBe(5999);
    // Simulates an archive unpacked over the bucket, with its object times of 2018.
    writeFileSync(join(folder, manifest), text);
    utimesSync(join(folder, manifest), new Date('2018-10-04'), new Date('2018-10-04'));
    expect(outcomes(await sync())).toEqual(months('imported'));
    await expectTheWholeBill();
  });

  it('is the same from the folder of its report alone, which manifests do not begin at', async () => {
    const text = `apiVersion: steelyard/v1\nkind: BillSource\nmetadata: { name: aws }\nspec: { location: { type: folder, path: ${folder}/koku-local }, schedule: null }\n`;
    await call(application, postApply, { body: { documents: [{ file: 'source.yaml', text }] } });
    expect(outcomes(await sync())).toEqual(months('imported'));
    await expectTheWholeBill();
  });
});

import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Application } from '../../main.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem, importFiles, postponeJobs, testApplication } from '../../testing/application.ts';
import { isDeep } from '../../testing/deep.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { deleteDelivery, deleteSource } from '../billing/deletion/schema.ts';
import { preferDelivery } from '../billing/schema.ts';
import { costSummary } from '../costs/schema.ts';
import { getSync, listSources, type Sync, startSyncs } from './schema.ts';

const NOW = Date.parse('2026-11-03T10:00:00Z');
const HOUR = 3_600_000;

let now = NOW;
const clock = { now: () => now };
const shared = await sharedApplication({ clock });
await postponeJobs(shared, 'forecasts.make', 'anomalies.judge');
let application: Application;
/** Each test uses its own source, account and folder. */
let source = '';
let account = '';
let folder: string;
let tests = 0;
beforeEach(() => {
  now = NOW;
  application = shared;
  tests += 1;
  [source, account] = [`source-${tests}`, `account-${tests}`];
  folder = mkdtempSync(join(tmpdir(), 'sources-'));
});

/** A separate application with only the source of the test: for tests of the schedule and of all sources. */
async function ownApplication(): Promise<void> {
  const own = await testApplication({ clock });
  onTestFinished(() => own[Symbol.asyncDispose]());
  await postponeJobs(own, 'forecasts.make', 'anomalies.judge');
  application = own;
  await apply(location());
}

/** Writes a file with `at` as its time of delivery. */
function put(key: string, content: string | Buffer, at = NOW - HOUR): void {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, new Date(at), new Date(at));
}

const HEADER =
  'BilledCost,EffectiveCost,ListCost,ContractedCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargeCategory,ServiceName,SubAccountId';
/** A FOCUS bill of a month with one row for each amount. */
function bill(month: string, ...amounts: readonly string[]): string {
  const rows = amounts.map((amount, index) => {
    const day = String((index % 28) + 1).padStart(2, '0');
    return `${amount},${amount},${amount},${amount},USD,${month}-01T00:00:00Z,${month}-${day}T00:00:00Z,Usage,EC2,${account}`;
  });
  return `${[HEADER, ...rows].join('\n')}\n`;
}

async function apply(spec: string, name = source): Promise<void> {
  const text = `apiVersion: steelyard/v1\nkind: BillSource\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
  await call(application, postApply, { body: { documents: [{ file: 'source.yaml', text }] } });
}

async function sync(): Promise<Sync> {
  const { syncs } = await call(application, startSyncs, { body: { source } });
  return ended(syncs[0]?.sync ?? '');
}

async function ended(id: string): Promise<Sync> {
  return expect
    .poll(() => call(application, getSync, { params: { sync: id } }), { timeout: 15_000, interval: 20 })
    .toMatchObject({ endedAt: expect.any(String) })
    .then(() => call(application, getSync, { params: { sync: id } }));
}

const outcomes = ({ deliveries }: Sync) =>
  deliveries.map(({ export: name, period, outcome, rows }) => `${name} ${period} ${outcome} ${rows}`);
const total = async () => {
  const query = { by: 'serviceName', filter: [`subAccountId=${account}`] };
  const { totals } = await call(application, costSummary, { query });
  return totals[0]?.amount ?? null;
};
const location = () => `{ location: { type: folder, path: ${folder} } }`;

const root = 'exports/daily';
const run = (time: string) => `2026-11-02T${time}:00:00.000Z-8c5a76cc-57d0-437d-851b-064e27aa8b06`;
function putManifest(period: string, execution: string, files: readonly string[], at = NOW - HOUR): void {
  const manifest = { executionId: execution, dataFiles: files.map((file) => `s3://bills/${file}`) };
  put(`${root}/metadata/BILLING_PERIOD=${period}/daily-Manifest.json`, JSON.stringify(manifest), at);
}
const dataKey = (period: string, execution: string, part = 1) =>
  `${root}/data/BILLING_PERIOD=${period}/${execution}/daily-0000${part}.csv.gz`;

const folderOf = (execution: string) => dataKey('2026-10', execution);
function deliver(execution: string, ...amounts: readonly string[]): void {
  put(folderOf(execution), gzipSync(bill('2026-10', ...amounts)));
  putManifest('2026-10', execution, [folderOf(execution)]);
}

/** Advances the clock to the scheduled time; the queue reads its clock when a job is enqueued. */
async function scheduledSync(): Promise<Sync> {
  const before = (await listed()).lastSync;
  now += HOUR;
  await apply(`{ location: { type: folder, path: ${folder}/nothing-here }, schedule: null }`, 'waker');
  await call(application, startSyncs, { body: { source: 'waker' } });
  await expect.poll(async () => (await listed()).lastSync, { timeout: 15_000, interval: 20 }).not.toBe(before);
  return call(application, getSync, { params: { sync: (await listed()).lastSync ?? '' } });
}

async function listed() {
  const { sources } = await call(application, listSources);
  const found = sources.find((each) => each.source === source);
  if (found === undefined) throw new Error(`no source ${source}`);
  return found;
}

describe('a source that is deleted', () => {
  it('ends its schedule, takes its bills along, and is new again when its document is applied again', async () => {
    await ownApplication();
    deliver(run('01'), '1', '2');
    await sync();
    const dry = await call(application, deleteSource, { body: { source, dryRun: true } });
    expect(dry).toMatchObject({ dryRun: true, months: ['2026-10'], rows: 2, rawFiles: 1 });
    expect(await total()).toBe('3');
    await call(application, deleteSource, { body: { source, dryRun: false } });
    const { sources } = await call(application, listSources);
    expect(sources).toEqual([]);
    expect(await total()).toBe(null);
    now += HOUR;
    await application.jobs.drain();
    expect(await total()).toBe(null);
    expect(await catchProblem(sync())).toMatchObject({ code: 'bill_source_not_found' });
    await apply(location());
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 2']);
    expect(await total()).toBe('3');
  });

  it('keeps its bills with keepDeliveries, and a deleted delivery does not come back by itself', async () => {
    await apply(location());
    deliver(run('01'), '5');
    const [{ delivery = null } = {}] = (await sync()).deliveries;
    await call(application, deleteDelivery, { body: { delivery: delivery ?? '', dryRun: false } });
    expect(outcomes(await sync())).toEqual(['daily 2026-10 unchanged 1']);
    expect(await total()).toBe(null);
    deliver(run('02'), '6');
    await sync();
    await call(application, deleteSource, { body: { source, keepDeliveries: true, dryRun: false } });
    expect(await total()).toBe('6');
    const unknown = call(application, deleteSource, { body: { source: 'never-seen', dryRun: true } });
    expect(await catchProblem(unknown)).toMatchObject({ code: 'bill_source_not_found' });
  });

  it('while it is synced brings nothing more in', async () => {
    await apply(location());
    for (const [month, cost] of [
      ['2026-08', '1'],
      ['2026-09', '2'],
      ['2026-10', '4'],
    ] as const) {
      const key = dataKey(month, run('01'));
      put(key, gzipSync(bill(month, ...Array.from({ length: 2_000 }, () => cost))));
      putManifest(month, run('01'), [key]);
    }
    await call(application, startSyncs, { body: { source } });
    await call(application, deleteSource, { body: { source, dryRun: false } });
    await application.jobs.drain();
    expect(await total()).toBe(null);
  });
});

describe('an AWS data export in a folder', () => {
  beforeEach(() => apply(location()));

  it('is imported once, and by its newest execution', async () => {
    deliver(run('01'), '1', '2');
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 2']);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 unchanged 2']);
    expect(await total()).toBe('3');
    deliver(run('02'), '1', '2', '4');
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 3']);
    expect(await total()).toBe('7');
  });

  it('waits while its files come before the manifest', async () => {
    put(folderOf(run('01')), gzipSync(bill('2026-10', '1')));
    const early = await sync();
    expect(outcomes(early)).toEqual(['daily 2026-10 waiting null']);
    expect(early.deliveries[0]?.reason).toContain('no manifest of daily for 2026-10 has come yet');
    expect(await total()).toBeNull();
    expect((await listed()).state).toBe('waiting');
    putManifest('2026-10', run('01'), [folderOf(run('01'))]);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 1']);
    expect(await total()).toBe('1');
  });

  it('keeps what stood when the manifest names a file that is not there', async () => {
    deliver(run('01'), '1');
    await sync();
    deliver(run('02'), '9');
    rmSync(join(folder, folderOf(run('02'))));
    const broken = await sync();
    expect(broken.deliveries).toMatchObject([{ outcome: 'failed', code: 'bill_manifest_broken', delivery: null }]);
    expect(broken.deliveries[0]?.reason).toMatch(/names .*daily-00001.csv.gz, which is not there/);
    expect(await total()).toBe('1');
    expect(await listed()).toMatchObject({ state: 'failed', lastError: { code: 'bill_manifest_broken' } });
    put(folderOf(run('02')), gzipSync(bill('2026-10', '9')));
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 1']);
    expect(await total()).toBe('9');
  });

  it('waits for such a file by schedule, for a day', async () => {
    await ownApplication();
    putManifest('2026-10', run('01'), [folderOf(run('01'))]);
    expect(outcomes(await scheduledSync())).toEqual(['daily 2026-10 waiting null']);
    now += 23 * HOUR;
    expect((await scheduledSync()).deliveries).toMatchObject([{ outcome: 'failed', code: 'bill_manifest_broken' }]);
  });

  it('stores nothing of a truncated file, and takes it when it has been delivered whole', async () => {
    await ownApplication();
    deliver(run('01'), '1');
    await sync();
    const whole = gzipSync(bill('2026-10', ...Array.from({ length: 500 }, (_, index) => `${index}.5`)));
    put(folderOf(run('02')), whole.subarray(0, whole.length / 2));
    putManifest('2026-10', run('02'), [folderOf(run('02'))]);
    expect((await sync()).deliveries).toMatchObject([{ outcome: 'failed', code: 'file_truncated' }]);
    expect(await total()).toBe('1');
    // A scheduled sync does not fetch and refuse the same file every hour, but reports the failure.
    expect((await scheduledSync()).deliveries).toMatchObject([{ outcome: 'failed', code: 'file_truncated' }]);
    put(folderOf(run('02')), whole, NOW);
    expect(outcomes(await scheduledSync())).toEqual(['daily 2026-10 imported 500']);
    expect(await total()).toBe('125000');
  });

  it('takes every part of many, and each period by itself', async () => {
    const parts = [1, 2, 3].map((part) => dataKey('2026-10', run('01'), part));
    for (const [index, key] of parts.entries()) put(key, gzipSync(bill('2026-10', `${index + 1}`)));
    putManifest('2026-10', run('01'), parts);
    put(dataKey('2026-11', run('01')), gzipSync(bill('2026-11', '10')));
    putManifest('2026-11', run('01'), [dataKey('2026-11', run('01'))]);
    expect(outcomes(await sync()).toSorted()).toEqual(['daily 2026-10 imported 3', 'daily 2026-11 imported 1']);
    expect(await total()).toBe('16');
  });

  it('that is restored to an earlier state under an older time stays restored', async () => {
    putManifest('2026-10', 'first', [folderOf('first')], NOW - 2 * HOUR);
    put(folderOf('first'), gzipSync(bill('2026-10', '1')));
    await sync();
    putManifest('2026-10', 'second', [folderOf('second')], NOW - 500 * HOUR);
    put(folderOf('second'), gzipSync(bill('2026-10', '2')));
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 1']);
    expect(await total()).toBe('2');
  });

  it('has no leftovers after a failure', async () => {
    const parts = [1, 2].map((part) => dataKey('2026-10', run('01'), part));
    put(parts[0] ?? '', gzipSync(bill('2026-10', '1')));
    put(parts[1] ?? '', 'not a bill\n');
    putManifest('2026-10', run('01'), parts);
    expect((await sync()).deliveries).toMatchObject([{ outcome: 'failed' }]);
    expect(readdirSync(join(application.config.data, 'objects', 'uploads'))).toEqual([]);
  });

  it('ends the same whatever order files, manifests and syncs come in', async () => {
    const steps = ['data 1', 'manifest 1', 'sync a', 'data 2', 'sync b', 'manifest 2', 'sync c'];
    let round = 0;
    const property = fc.asyncProperty(fc.shuffledSubarray(steps, { minLength: steps.length }), async (order) => {
      round += 1;
      folder = mkdtempSync(join(tmpdir(), 'sources-'));
      [source, account] = [`order-${round}`, `order-${round}`];
      await apply(location());
      let newest = 0;
      for (const step of order) {
        const [what, which = ''] = step.split(' ');
        const execution = run(`0${which}`);
        // As with AWS, the manifest of a period belongs to its newest execution.
        if (what === 'manifest') newest = Math.max(newest, Number(which));
        if (what === 'data') put(folderOf(execution), gzipSync(bill('2026-10', which, '5')));
        else if (what === 'sync') await sync();
        if (what === 'manifest') putManifest('2026-10', run(`0${newest}`), [folderOf(run(`0${newest}`))]);
      }
      await sync();
      expect(outcomes(await sync())).toEqual(['daily 2026-10 unchanged 2']);
      expect(await total()).toBe('7');
    });
    await fc.assert(property, { numRuns: isDeep ? 10 : 3 });
  });
});

describe('Azure exports in a folder', () => {
  beforeEach(() => apply(location()));
  const UUIDS = ['16e57707-f9e3-49be-8be6-b84e684b5194', '73746dc5-5dcc-4b83-b340-bb1bd2b1ca30'] as const;

  /** One month-to-date run: its folder, its blobs and the manifest that names them. */
  function putRun(day: number, uuid: string, parts: readonly string[], change: object = {}): string {
    const time = `202610${String(day).padStart(2, '0')}`;
    const run = `billing/daily/20261001-20261031/${time}0500/${uuid}`;
    const blobs = parts.map((text, index) => ({
      blobName: `${run}/part_${index}_0001.csv`,
      byteCount: Buffer.byteLength(text),
      dataRowCount: text.trim().split('\n').length - 1,
    }));
    for (const [index, { blobName }] of blobs.entries()) put(blobName, parts[index] ?? '');
    const manifest = {
      manifestVersion: '2024-04-01',
      blobCount: blobs.length,
      byteCount: blobs.reduce((sum, { byteCount }) => sum + byteCount, 0),
      dataRowCount: blobs.reduce((sum, { dataRowCount }) => sum + dataRowCount, 0),
      exportConfig: {
        exportName: 'daily',
        resourceId: '/subscriptions/s-1/providers/Microsoft.CostManagement/exports/daily',
        type: 'FocusCost',
      },
      runInfo: {
        runId: uuid,
        submittedTime: `2026-10-${time.slice(6)}T05:00:00.1234567Z`,
        startDate: '2026-10-01T00:00:00',
        endDate: `2026-10-${time.slice(6)}T00:00:00Z`,
      },
      blobs,
      ...change,
    };
    put(`${run}/manifest.json`, JSON.stringify(manifest));
    return run;
  }

  it('counts by the newest run, with overwriting and without', async () => {
    const first = putRun(20, UUIDS[0], [bill('2026-10', '1'), bill('2026-10', '2')]);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 2']);
    putRun(21, UUIDS[1], [bill('2026-10', '1'), bill('2026-10', '2', '4')]);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 3']);
    expect(await total()).toBe('7');
    rmSync(join(folder, first), { recursive: true });
    expect(outcomes(await sync())).toEqual(['daily 2026-10 unchanged 3']);
    expect(await total()).toBe('7');
  });

  it('ignores, once told, the older run of two that it finds', async () => {
    putRun(20, UUIDS[0], [bill('2026-10', '1')]);
    putRun(21, UUIDS[1], [bill('2026-10', '1', '2')]);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 ignored null', 'daily 2026-10 imported 2']);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 unchanged 2']);
    expect(await total()).toBe('3');
  });

  it('stores nothing when the files hold other rows than the manifest promises', async () => {
    const text = bill('2026-10', '1', '2');
    putRun(20, UUIDS[0], [text], {
      dataRowCount: 3,
      blobs: [{ blobName: 'part_0_0001.csv', byteCount: Buffer.byteLength(text), dataRowCount: 3 }],
    });
    const broken = await sync();
    expect(broken.deliveries).toMatchObject([{ outcome: 'failed', code: 'bill_manifest_broken' }]);
    expect(broken.deliveries[0]?.reason).toContain('promises 3 rows and the files hold 2');
    expect(await total()).toBeNull();
  });

  it('empties a month with a run that holds a header and no row', async () => {
    putRun(20, UUIDS[0], [bill('2026-10', '1')]);
    await sync();
    putRun(21, UUIDS[1], [bill('2026-10')]);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 imported 0']);
    expect(await total()).toBeNull();
  });

  it('waits for a manifest that is empty, and for files of another size', async () => {
    const run = putRun(20, UUIDS[0], [bill('2026-10', '1')]);
    put(`${run}/part_0_0001.csv`, `${bill('2026-10', '1')}\n`);
    expect(outcomes(await sync())).toEqual(['daily 2026-10 waiting null']);
    put(`${run}/manifest.json`, '');
    const empty = await sync();
    expect(outcomes(empty)).toEqual(['daily 2026-10 waiting null']);
    expect(empty.deliveries[0]?.reason).toContain('is empty');
  });
});

describe('bare files in a folder', () => {
  it('are one delivery; a month that comes later leaves the others as they are', async () => {
    await apply(location());
    put('october.csv', bill('2026-10', '1'));
    expect(outcomes(await sync())).toEqual(['default 2026-10 imported 1']);
    put('november.csv', bill('2026-11', '2'));
    expect(outcomes(await sync())).toEqual(['default 2026-10 imported 1', 'default 2026-11 imported 1']);
    expect(await total()).toBe('3');
    expect(outcomes(await sync())).toEqual(['default 2026-10 unchanged 1', 'default 2026-11 unchanged 1']);
  });

  it('take the names that the document gives', async () => {
    await apply(`{ location: { type: folder, path: ${folder} }, exportName: monthly, scope: acme }`);
    put('october.csv', bill('2026-10', '1'));
    expect(outcomes(await sync())).toEqual(['monthly 2026-10 imported 1']);
  });

  it('are left out with no row when one is not acceptable, unless so many may be left out', async () => {
    await apply(location());
    put('october.csv', bill('2026-10', '1', 'much'));
    expect((await sync()).deliveries).toMatchObject([{ outcome: 'failed', code: 'bill_rows_rejected' }]);
    await apply(`{ location: { type: folder, path: ${folder} }, allowRejected: 1 }`);
    expect(outcomes(await sync())).toEqual(['default 2026-10 imported 1']);
  });
});

describe('a source', () => {
  it('puts a delivery on hold that may hold the charges of another export, until a person decides', async () => {
    await apply(location());
    put('b.csv', bill('2026-10', '1', '2'));
    await importFiles(application, `${source}-by-hand`, { 'a.csv': bill('2026-10', '1', '2') });
    const { deliveries } = await sync();
    expect(deliveries).toMatchObject([{ outcome: 'held', reason: expect.stringContaining('2 of 2 charges') }]);
    expect(await total()).toBe('3');
    expect((await listed()).state).toBe('held');
    await call(application, preferDelivery, { body: { delivery: deliveries[0]?.delivery ?? '', beside: true } });
    expect(await total()).toBe('6');
    expect((await listed()).state).toBe('ok');
  });

  it('is listed with where it reads and how it went', async () => {
    await apply(location());
    expect(await listed()).toEqual({
      source,
      location: folder,
      layout: 'auto',
      schedule: '17 * * * *',
      nextSyncAt: '2026-11-03T10:17:00.000Z',
      state: 'never',
      lastSync: null,
      lastSyncAt: null,
      lastError: null,
    });
    const done = await sync();
    expect(await listed()).toMatchObject({ state: 'ok', lastSync: done.sync, lastSyncAt: done.endedAt });
  });

  it('whose folder is gone fails as a whole and keeps what stood', async () => {
    await apply(location());
    deliver(run('01'), '1');
    await sync();
    rmSync(folder, { recursive: true });
    expect(await sync()).toMatchObject({ state: 'failed', deliveries: [], error: { code: 'bucket_not_found' } });
    expect(await listed()).toMatchObject({ state: 'failed', lastError: { code: 'bucket_not_found' } });
    expect(await total()).toBe('1');
  });

  it('is synced by its schedule, and no more when it has none', async () => {
    await ownApplication();
    deliver(run('01'), '1');
    expect(await scheduledSync()).toMatchObject({ trigger: 'schedule', deliveries: [{ outcome: 'imported' }] });
    expect((await listed()).nextSyncAt).toBe('2026-11-03T11:17:00.000Z');
    await apply(`{ location: { type: folder, path: ${folder} }, schedule: null }`);
    expect(await listed()).toMatchObject({ nextSyncAt: null, schedule: null });
  });

  it('looks back as far as its document says', async () => {
    await apply(`{ location: { type: folder, path: ${folder} }, periods: 1 }`);
    deliver(run('01'), '1');
    put(dataKey('2026-11', run('01')), gzipSync(bill('2026-11', '10')));
    putManifest('2026-11', run('01'), [dataKey('2026-11', run('01'))]);
    expect(outcomes(await sync())).toEqual(['daily 2026-11 imported 1']);
  });

  it('is synced once at a time: a second call joins the first', async () => {
    await ownApplication();
    deliver(run('01'), '1');
    const calls = await Promise.all([1, 2, 3].map(() => call(application, startSyncs, { body: {} })));
    expect(new Set(calls.map(({ syncs }) => syncs[0]?.sync)).size).toBe(1);
    expect(outcomes(await ended(calls[0]?.syncs[0]?.sync ?? ''))).toEqual(['daily 2026-10 imported 1']);
  });

  it('that is not known is said so', async () => {
    const starting = call(application, startSyncs, { body: { source: 'nobody' } });
    expect(await catchProblem(starting)).toMatchObject({ status: 404, code: 'bill_source_not_found' });
    const asking = call(application, getSync, { params: { sync: 's_0123456789abcdef0123' } });
    expect(await catchProblem(asking)).toMatchObject({ status: 404, code: 'bill_sync_not_found' });
  });

  it.each([
    ['{ location: { type: folder, path: bills } }', 'an absolute path'],
    ['{ location: { type: folder, path: /bills }, schedule: hourly }', 'is no cron pattern'],
    ['{ location: { type: ftp, path: /bills } }', 'location'],
    ['{ location: { type: folder, path: /bills }, layout: cur }', 'layout'],
  ])('cannot be %s', async (spec, why) => {
    const problem = await catchProblem(apply(spec));
    expect(problem).toMatchObject({ code: 'manifest_invalid' });
    expect(problem.detail).toContain(why);
    const { sources } = await call(application, listSources);
    expect(sources.filter((each) => each.source === source)).toEqual([]);
  });
});

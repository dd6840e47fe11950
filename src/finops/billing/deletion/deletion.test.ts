import { cpSync, mkdtempSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../../main.ts';
import { listAudit } from '../../../platform/audit/schema.ts';
import { getVerification, startVerification, type Verification } from '../../../platform/integrity/schema.ts';
import { previewTables } from '../../../platform/retention/schema.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import {
  billText,
  call,
  catchProblem,
  deliverFiles,
  importFiles,
  postponeJobs,
  testApplication,
} from '../../../testing/application.ts';
import { costRows, costSummary } from '../../costs/schema.ts';
import { listStatements } from '../../statements/schema.ts';
import { createEnterpriseRecord } from '../formats/azure-record.testing.ts';
import { buildCsv } from '../formats/bill-reader.testing.ts';
import { downloadRaw } from '../raw/schema.ts';
import { listDeliveries, listRestatements, revertDelivery } from '../schema.ts';
import { deleteDelivery, deleteSource, listDeletions } from './schema.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const clock = { now: () => NOW };
let data: string;
let application: Application;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'bill-deletion-'));
  application = await testApplication({ clock }, { data });
  await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
});
afterAll(() => application[Symbol.asyncDispose]());

const idOf = async (importing: Promise<{ delivery: string | null }>) => (await importing).delivery ?? '';
const bill = (cost: string, period: string, account = '') => ({ 'bill.csv': billText({ cost, period, account }) });
const remove = (delivery: string, dryRun = false, why?: string) =>
  call(application, deleteDelivery, { body: { delivery, dryRun, ...(why === undefined ? {} : { why }) } });

async function billed(period: string, from = application): Promise<string | null> {
  const { totals } = await call(from, costSummary, {
    query: { by: 'serviceName', from: period, to: period, metric: 'billedCost' },
  });
  return totals[0]?.amount ?? null;
}

async function standings(source: string): Promise<Record<string, string>> {
  const { deliveries } = await call(application, listDeliveries, { query: { source } });
  return Object.fromEntries(deliveries.map(({ delivery, standing }) => [delivery, standing]));
}

/** Every file of the folder below the data folder, as text. */
function textsBelow(folder: string): string {
  const entries = readdirSync(join(data, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

function lakePaths(): string[] {
  const paths = readdirSync(join(data, 'lake'), { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.parquet'));
}

describe('the deletion of a delivery', () => {
  it('is described by a dry run, and takes its rows, allocations and raw files away, on the disk too', async () => {
    const before = { lake: lakePaths().length };
    const delivery = await idOf(importFiles(application, 'secret', bill('17.5', '2026-01', 'acc-secret-17')));
    const dry = await remove(delivery, true);
    expect(dry).toMatchObject({
      ...{ dryRun: true, finished: false, deliveries: [delivery], months: ['2026-01'], rows: 1, rawFiles: 1 },
      units: [{ source: 'secret', standing: 'current', countsAgain: null, rows: 1 }],
      changes: [{ period: '2026-01', before: delivery, after: null }],
    });
    expect(dry.lakeFiles).toBeGreaterThanOrEqual(2);
    expect(dry.unanswerable.join('\n')).toMatch(/costs of secret in 2026-01: none counts/);
    expect(await billed('2026-01')).toBe('17.5');
    expect(lakePaths().length).toBe(before.lake + dry.lakeFiles);
    expect(textsBelow('objects')).toContain('acc-secret-17');
    expect(await remove(delivery, false, 'sent by mistake')).toMatchObject({ dryRun: false, finished: true });
    expect(await billed('2026-01')).toBe(null);
    expect((await call(application, costRows)).rows.filter(({ source }) => source === 'secret')).toEqual([]);
    expect(await standings('secret')).toEqual({});
    expect(textsBelow('objects')).not.toContain('acc-secret-17');
    expect(lakePaths().length).toBe(before.lake);
    const { restatements } = await call(application, listRestatements, { query: { period: '2026-01' } });
    expect(restatements).toMatchObject([{ act: 'delete', delivery, why: 'sent by mistake' }]);
    const { deletions } = await call(application, listDeletions, { query: { source: 'secret' } });
    expect(deletions).toMatchObject([{ delivery, cause: 'delivery', what: 'delivery', rows: 1, periods: ['2026-01'] }]);
    expect(deletions[0]?.finishedAt).not.toBe(null);
  });

  it('says of a deleted delivery when it was deleted, and the same files bring it back', async () => {
    const files = bill('3', '2026-02');
    const delivery = await idOf(importFiles(application, 'again', files));
    await remove(delivery);
    const asked = [
      call(application, downloadRaw, { query: { delivery, file: 'bill.csv' } }),
      call(application, costSummary, { query: { by: 'serviceName', delivery, metric: 'billedCost' } }),
      call(application, revertDelivery, { body: { delivery } }),
      remove(delivery),
    ];
    for (const asking of asked) {
      const problem = await catchProblem(asking);
      expect(problem).toMatchObject({ code: 'bill_delivery_deleted', status: 410, delivery, periods: ['2026-02'] });
    }
    expect(await importFiles(application, 'again', files)).toMatchObject({ delivery, unchanged: false });
    expect(await billed('2026-02')).toBe('3');
  });

  it('lets the delivery before count again, whichever of the two arrived first', async () => {
    const made = { old: '2026-11-01T00:00:00.000Z', young: '2026-11-02T00:00:00.000Z' };
    for (const [period, order] of [
      ['2026-03', ['old', 'young']],
      ['2026-04', ['young', 'old']],
    ] as const) {
      const ids = new Map<string, string>();
      for (const age of order) {
        const files = bill(age === 'old' ? '5' : '6', period);
        ids.set(age, await idOf(deliverFiles(application, period, files, { producedAt: made[age] })));
      }
      expect(await billed(period)).toBe('6');
      const young = ids.get('young') ?? '';
      expect((await remove(young, true)).units).toMatchObject([{ countsAgain: ids.get('old') }]);
      await remove(young);
      expect(await billed(period)).toBe('5');
      expect(await standings(period)).toEqual({ [ids.get('old') ?? '']: 'current' });
    }
  });

  it('never lets a newer delivery count by itself from which a person had reverted, and revert can', async () => {
    const older = await idOf(importFiles(application, 'reverted', bill('1', '2024-03')));
    const newer = await idOf(importFiles(application, 'reverted', bill('2', '2024-03')));
    await call(application, revertDelivery, { body: { delivery: newer } });
    const { units } = await remove(older);
    expect(units).toMatchObject([{ countsAgain: null, reason: expect.stringContaining(`bill revert ${newer}`) }]);
    expect(await billed('2024-03')).toBe(null);
    await call(application, revertDelivery, { body: { delivery: newer } });
    expect(await billed('2024-03')).toBe('2');
  });

  it('changes no total when the delivery does not count, and keeps raw files that another delivery names', async () => {
    const shared = { 'shared.csv': billText({ cost: '1', period: '2026-05', account: 'acc-shared' }) };
    const first = await idOf(importFiles(application, 'superseded', shared));
    await importFiles(application, 'superseded', bill('2', '2026-05'));
    const other = await idOf(deliverFiles(application, 'others', shared, { export: 'copy' }));
    expect(await remove(first)).toMatchObject({ changes: [], delta: [], rawFiles: 0, finished: true });
    expect(await call(application, downloadRaw, { query: { delivery: other, file: 'shared.csv' } })).toContain(
      'acc-shared',
    );
    expect(await billed('2026-05')).toBe('3');
    await remove(other);
    expect(textsBelow('objects')).not.toContain('acc-shared');
    expect(await billed('2026-05')).toBe('2');
  });

  it('leaves alone what a later delivery put in the place of a part of it', async () => {
    const azure = (cost: string) =>
      buildCsv([createEnterpriseRecord({ Cost: cost, BillingPeriodStartDate: '03/01/2025', Date: '03/03/2025' })]);
    const both = {
      'focus.csv': billText({ cost: '1', period: '2025-03', account: 'acc-both' }),
      'azure.csv': azure('180'),
    };
    const first = await importFiles(application, 'parts', both);
    expect(first.units).toHaveLength(2);
    await importFiles(application, 'parts', { 'azure.csv': azure('190') });
    const rollUps = () =>
      application.store
        .tables<{ lake_file: { table_name: string; partition_name: string; removed_at: number | null } }>()
        .selectFrom('lake_file')
        .select('partition_name')
        .where('table_name', '=', 'allocated_daily')
        .where('partition_name', 'like', 'parts/%')
        .where('removed_at', 'is', null)
        .orderBy('partition_name')
        .execute();
    const [actual, usage] = ['ActualCost', 'CostAndUsage'].map((dataset) => ({
      partition_name: `parts/default/${dataset}/default/2025-03`,
    }));
    expect([await billed('2025-03'), await rollUps()]).toEqual(['191', [actual, usage]]);
    await remove(first.delivery ?? '');
    expect([await billed('2025-03'), await rollUps()]).toEqual(['190', [actual]]);
  });

  it('works for a closed month whose rows are damaged, and does not guess how the money moved', async () => {
    const before = new Set(lakePaths());
    const delivery = await idOf(importFiles(application, 'damaged', bill('1', '2024-06')));
    for (const path of lakePaths()) if (!before.has(path)) truncateSync(join(data, 'lake', path), 50);
    expect(await catchProblem(billed('2024-06'))).toMatchObject({ code: 'lake_file_damaged' });
    expect(await remove(delivery, true)).toMatchObject({ delta: null, rows: 1 });
    expect(await remove(delivery)).toMatchObject({ delta: null, finished: true });
    expect(await billed('2024-06')).toBe(null);
    const { restatements } = await call(application, listRestatements, { query: { period: '2024-06' } });
    expect(restatements).toEqual([]);
    expect(lakePaths().filter((path) => !before.has(path))).toEqual([]);
  });

  it('is in the audit trail, and leaves nothing that verify finds', async () => {
    const delivery = await idOf(importFiles(application, 'audited', bill('1', '2026-06')));
    await remove(delivery);
    const { rows } = await call(application, listAudit, {});
    const named = rows.filter(({ route, subject }) => route === deleteDelivery.path && subject.delivery === delivery);
    expect(named).toHaveLength(1);
    expect(await findings()).toEqual([]);
  });

  it('makes a statement of before name what was deleted, instead of another figure', async () => {
    const delivery = await idOf(importFiles(application, 'stated', bill('8', '2026-07')));
    const { basis } = await call(application, listStatements, { query: { period: '2026-07' } });
    const second = await idOf(importFiles(application, 'stated', bill('9', '2026-07')));
    await remove(delivery);
    const asking = call(application, listStatements, { query: { period: '2026-07', basis: basis ?? '' } });
    const problem = await catchProblem(asking);
    expect(problem).toMatchObject({
      ...{ code: 'evidence_deleted', status: 410 },
      deleted: [{ table: 'bill_row', delivery, periods: ['2026-07'], cause: 'delivery' }],
    });
    expect(await billed('2026-07')).toBe('9');
    await remove(second);
  });
});

async function findings(of = application, repair = false): Promise<Verification['findings']> {
  const { verification } = await call(of, startVerification, { body: { repair } });
  const params = { verification };
  await expect.poll(() => call(of, getVerification, { params }), { interval: 20 }).toMatchObject({ state: 'ended' });
  return (await call(of, getVerification, { params })).findings;
}

describe('the deletion of a source', () => {
  it('takes all deliveries of all months, and what it shadowed counts again', async () => {
    const months = ['2025-01', '2025-02'];
    const rows = (account: string) =>
      billText(
        ...months.flatMap((period) =>
          [3, 4, 5].map((day) => ({ cost: `${day}.5`, period, day, account, resource: 'i-1' })),
        ),
      );
    await importFiles(application, 'gone', { 'a.csv': rows('acc-one') });
    const copy = await idOf(deliverFiles(application, 'stays', { 'b.csv': rows('acc-one') }, {}));
    expect(await billed('2025-01')).toBe('13.5');
    expect(await standings('stays')).toEqual({ [copy]: 'shadowed' });
    const body = { source: 'gone', dryRun: true };
    const dry = await call(application, deleteSource, { body });
    expect(dry).toMatchObject({ months, rows: 6, dryRun: true });
    expect(dry.changes).toHaveLength(4);
    await call(application, deleteSource, { body: { ...body, dryRun: false } });
    expect(await standings('gone')).toEqual({});
    expect(await standings('stays')).toEqual({ [copy]: 'current' });
    expect(await billed('2025-01')).toBe('13.5');
    expect(await catchProblem(call(application, deleteSource, { body }))).toMatchObject({
      code: 'bill_source_not_found',
    });
  });
});

describe('a server that ends in the middle of a deletion', () => {
  it('serves nothing of it afterwards, and removes the files when it starts again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bill-deletion-cut-'));
    const first = await testApplication({ clock }, { data: folder });
    await first.jobs[Symbol.asyncDispose]();
    const files = { 'cut.csv': billText({ cost: '4', period: '2026-08', account: 'acc-cut' }) };
    const { delivery } = await importFiles(first, 'cut', files);
    const kept = ['objects/bills', 'lake/bill_inspected', 'lake/allocated_daily'].map((path) => join(folder, path));
    const saved = `${folder}-saved`;
    for (const path of kept) cpSync(path, join(saved, path), { recursive: true });
    await call(first, deleteDelivery, { body: { delivery: delivery ?? '', dryRun: false } });
    expect(await billed('2026-08', first)).toBe(null);
    // Simulates a server crash right after the commit: the record is unfinished, and the files are on the disk.
    await first.store
      .tables<{ bill_deletion: { finished_at: string | null } }>()
      .updateTable('bill_deletion')
      .set({ finished_at: null })
      .execute();
    const { config } = first;
    await first[Symbol.asyncDispose]();
    for (const path of kept) cpSync(join(saved, path), path, { recursive: true });
    expect(kept.map((path) => readdirSync(path).length)).toEqual([1, 1, 1]);
    await using second = await createApplication(config, { clock });
    await second.jobs.drain();
    expect(await billed('2026-08', second)).toBe(null);
    expect(kept.map((path) => readdirSync(path))).toEqual([[], [], []]);
  });
});

/** Backdates a delivery and its import by some days; advancing the clock would start the hourly job. */
async function backdate({ store }: Application, delivery: string, days: number): Promise<void> {
  const at = new Date(NOW - days * DAY_MS).toISOString();
  const db = store.tables<{
    bill_delivery: { id: string; received_at: string };
    bill_act: { delivery_id: string; at: string };
  }>();
  await db.updateTable('bill_delivery').set({ received_at: at }).where('id', '=', delivery).execute();
  await db.updateTable('bill_act').set({ at }).where('delivery_id', '=', delivery).execute();
}

describe('retention of raw bills and superseded deliveries', () => {
  it('deletes by age what its dry run said, and a replaced delivery whose raw bill is gone does not count by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bill-retention-'));
    const settings = { data: folder, rawBillDays: 30, supersededDeliveryDays: 60 };
    await using aged = await testApplication({ clock }, settings);
    const old = await idOf(importFiles(aged, 'aged', bill('1', '2026-09')));
    const young = await idOf(importFiles(aged, 'aged', bill('2', '2026-09')));
    await backdate(aged, old, 31);
    await backdate(aged, young, 11);
    const table = async (name: string, query = {}) =>
      (await call(aged, previewTables, { query })).tables.find((one) => one.table === name);
    expect(await table('rawBills')).toMatchObject({ keepDays: 30, files: 1, first: '2026-09' });
    expect((await table('rawBills'))?.unanswerable.join()).toMatch(/verify --repair.*cannot rebuild/);
    expect(await table('supersededDeliveries')).toMatchObject({ keepDays: 60, rows: 0, files: 0 });
    expect(await table('gpuReadings')).toMatchObject({ keepDays: 45, rows: 0 });
    const retain = async () => {
      await aged.jobs.enqueue(aged.store, { kind: 'bill.retain', payload: null });
      await aged.jobs.drain();
    };
    await retain();
    const asking = call(aged, downloadRaw, { query: { delivery: old, file: 'bill.csv' } });
    expect(await catchProblem(asking)).toMatchObject({ code: 'bill_raw_deleted', status: 410 });
    expect(readdirSync(join(folder, 'objects', 'bills'))).toHaveLength(1);
    const { units } = await call(aged, deleteDelivery, { body: { delivery: young, dryRun: true } });
    expect(units).toMatchObject([{ countsAgain: null, reason: expect.stringContaining(`bill revert ${old}`) }]);
    const lake = join(folder, 'lake', 'bill_inspected');
    const lakeFiles = readdirSync(lake);
    for (const name of lakeFiles) truncateSync(join(lake, name), 100);
    const found = (await findings(aged, true)).map(({ repaired, reason, period }) => [period, repaired, reason]);
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        ['2026-09', true, null],
        ['2026-09', false, expect.stringMatching(new RegExp(`raw bill of ${old} was deleted at .* rawBillDays`))],
      ]),
    );
    // Importing the same files again stores them again and heals the rows.
    expect(await importFiles(aged, 'aged', bill('1', '2026-09'))).toMatchObject({ delivery: old, unchanged: true });
    expect(await findings(aged)).toEqual([]);
    expect(await call(aged, downloadRaw, { query: { delivery: old, file: 'bill.csv' } })).toContain('BilledCost');
    await backdate(aged, old, 81);
    await backdate(aged, young, 61);
    // Two lake files and a raw file.
    expect(await table('supersededDeliveries')).toMatchObject({ rows: 1, files: 3, first: '2026-09', last: '2026-09' });
    await retain();
    const { deliveries } = await call(aged, listDeliveries, {});
    expect(deliveries.map(({ delivery }) => delivery)).toEqual([young]);
    expect(await billed('2026-09', aged)).toBe('2');
    const { deletions } = await call(aged, listDeletions, {});
    expect(deletions.map(({ cause, what, delivery }) => [cause, what, delivery])).toEqual(
      expect.arrayContaining([
        ['retention', 'raw', old],
        ['retention', 'delivery', old],
      ]),
    );
  });
});

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../src/main.ts';
import { deletePredictions, recordLabels, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { openBackupPlace, restoreBackup } from '../../src/platform/backup/index.ts';
import { getBackupRun, startBackup } from '../../src/platform/backup/schema.ts';
import {
  getKnownDamage,
  getVerification,
  startVerification,
  type Verification,
} from '../../src/platform/integrity/schema.ts';
import { getLakeStatus, startLakeMove } from '../../src/platform/lake-moves/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { type Objects, openRemoteObjects } from '../../src/platform/objects/index.ts';
import { DAY_MS } from '../../src/platform/units/durations.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { billText, call, dailyRows, importFiles, testApplication } from '../../src/testing/application.ts';
import { findMoto, type S3Server, startS3 } from '../support/moto.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const clock = { now: () => NOW };
const TABLES = ['allocated_daily', 'allocated_row', 'prediction', 'prediction_label'];
const RULES = `apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: company}
spec:
  rules:
    - {name: search, match: {serviceName: SageMaker}, subject: {team: search}}
    - {name: shared, match: {serviceName: EC2}, split: {method: proportional, by: cost}}
`;
const URLS = [
  '/api/v1/costs/summary?by=serviceName&from=2026-08&to=2026-11',
  '/api/v1/costs/summary?by=team&from=2026-08&to=2026-11',
  '/api/v1/costs/rows?from=2026-09&to=2026-10',
  '/api/v1/costs/rows.csv?from=2026-09&to=2026-10',
  '/api/v1/allocation/coverage?period=2026-10',
  '/api/v1/allocation/reconciliation?period=2026-10',
  '/api/v1/allocation/unallocated?period=2026-10',
  '/api/v1/predictions?model=ranker&pageSize=1000',
];

const there = (findMoto() !== null || process.env.CI !== undefined) && findPostgres() !== null;

describe.skipIf(!there)(
  'a server with its lake in S3 (skipped where moto_server or PostgreSQL is not installed)',
  () => {
    let server: S3Server;
    let settings: { data: string; database: string; lake: string; predictionDays: number };
    let inBucket: Application;
    let inFolder: Application;
    let bucket: Objects;
    beforeAll(async () => {
      server = await startS3();
      const lake = await newLake();
      const data = mkdtempSync(join(tmpdir(), 'bucket-lake-'));
      settings = { data, database: await (await runDatabases()).newDatabase(), lake, predictionDays: 30 };
      bucket = await openRemoteObjects(lake, { clock: systemClock });
      inBucket = await testApplication({ clock }, settings);
      inFolder = await testApplication({ clock }, { predictionDays: 30 });
      for (const application of [inBucket, inFolder]) await fill(application);
    });
    afterAll(async () => {
      for (const part of [inBucket, inFolder, bucket]) await part?.[Symbol.asyncDispose]();
      await server?.stop();
    });

    async function newLake(): Promise<string> {
      const keys = mkdtempSync(join(tmpdir(), 'keys-'));
      writeFileSync(join(keys, 'id'), server.accessKeyId);
      writeFileSync(join(keys, 'secret'), server.secretAccessKey);
      const references = `accessKeyId=file:${keys}/id&secretAccessKey=file:${keys}/secret`;
      return `s3://${await server.newBucket()}/lake?region=us-east-1&endpoint=${server.endpoint}&${references}`;
    }

    /** Opens the server of the bucket again, without the copies that it had. */
    async function reopen(): Promise<void> {
      await inBucket[Symbol.asyncDispose]();
      rmSync(join(settings.data, 'lake-cache'), { recursive: true, force: true });
      inBucket = await testApplication({ clock }, settings);
    }

    async function bucketFiles(table: string): Promise<string[]> {
      return (await bucket.list(table)).map(({ name }) => name).filter((name) => name.endsWith('.parquet'));
    }

    it('gives the same answers as one with SQLite and a folder', async () => {
      const expected = await answersOf(inFolder);
      expect(expected.filter((answer) => !answer.startsWith('200'))).toEqual([]);
      expect(expected[1]).toContain('search');
      expect(expected.at(-1)).toContain('label-3');
      expect(await answersOf(inBucket)).toEqual(expected);
      expect(existsSync(join(settings.data, 'lake'))).toBe(false);
      const tables = (await bucket.list('')).filter(({ isFolder }) => isFolder).map(({ name }) => name);
      expect(tables).toEqual(expect.arrayContaining(TABLES));
    });

    it('answers from the bucket alone after a restart', async () => {
      const before = await answersOf(inBucket);
      await reopen();
      expect(await answersOf(inBucket)).toEqual(before);
      const copies = readdirSync(join(settings.data, 'lake-cache'), { recursive: true, encoding: 'utf8' });
      expect(copies.filter((path) => path.endsWith('.parquet')).length).toBeGreaterThan(0);
    });

    it('finds bill rows and allocations that were replaced or deleted behind it, and rebuilds them', async () => {
      const before = await answersOf(inBucket);
      expect(await verify(inBucket, false)).toMatchObject({ findings: [], state: 'ended' });
      const tables = (await bucket.list('')).filter(
        ({ name, isFolder }) => isFolder && /^(bill|alloc|cost)/.test(name),
      );
      const damaged: string[] = [];
      for (const [at, { name: table }] of tables.entries()) {
        const [file] = await bucketFiles(table);
        if (file === undefined) continue;
        damaged.push(`lake/${table}/${file}`);
        if (at % 2 === 0) await bucket.put(`${table}/${file}`, 'not the bytes of before');
        else await bucket.remove(`${table}/${file}`);
      }
      expect(damaged.length).toBeGreaterThan(1);
      const found = await verify(inBucket, false);
      expect(found.findings.map(({ what }) => what).toSorted()).toEqual(damaged.toSorted());
      expect((await call(inBucket, getKnownDamage)).damaged.length).toBe(damaged.length);
      expect(await verify(inBucket, true)).toMatchObject({ unrepaired: 0 });
      expect((await call(inBucket, getKnownDamage)).damaged).toEqual([]);
      await reopen();
      expect(await answersOf(inBucket)).toEqual(before);
    });

    it('with SQLite is restored from a backup to a data folder, with the same answers', async () => {
      const own = {
        data: mkdtempSync(join(tmpdir(), 'sqlite-and-bucket-')),
        lake: await newLake(),
        predictionDays: 30,
      };
      await using application = await testApplication({ clock }, own);
      await fill(application);
      // The backup reads what the bucket has.
      rmSync(join(own.data, 'lake-cache'), { recursive: true, force: true });
      const to = mkdtempSync(join(tmpdir(), 'backup-of-bucket-'));
      const { run } = await call(application, startBackup, { body: { to } });
      const state = () => call(application, getBackupRun, { params: { run } });
      await expect.poll(state, { interval: 50 }).toMatchObject({ state: 'ended', error: null });
      const { summary } = await state();
      expect(summary?.damaged).toEqual([]);
      const folder = join(mkdtempSync(join(tmpdir(), 'restored-')), 'data');
      await using place = await openBackupPlace(to, systemClock);
      await restoreBackup(place, summary?.backup ?? '', folder, () => {});
      {
        await using restored = await testApplication({ clock }, { data: folder, predictionDays: 30 });
        expect(await answersOf(restored)).toEqual(await answersOf(application));
        expect((await verify(restored, false)).findings).toEqual([]);
      }
      // The files are here now, so the restored server must not use the bucket of the first one.
      const before = await answersOf(application);
      await using second = await testApplication({ clock }, { data: folder, lake: own.lake, predictionDays: 30 });
      expect([(await call(second, getLakeStatus)).place, await answersOf(second)]).toEqual(['folder', before]);
      const moving = call(second, startLakeMove, { body: { to: own.lake } });
      await expect(moving).rejects.toThrow('lake_of_another_installation');
    });

    it('refuses the bucket to another installation, and stays in it without the setting', async () => {
      const second = testApplication({ clock }, { lake: settings.lake });
      await expect(second).rejects.toMatchObject({ code: 'lake_of_another_installation' });
      const before = await answersOf(inBucket);
      await inBucket[Symbol.asyncDispose]();
      const { lake: _, ...without } = settings;
      {
        await using unset = await testApplication({ clock }, without);
        expect([existsSync(join(settings.data, 'lake')), await answersOf(unset)]).toEqual([false, before]);
      }
      inBucket = await testApplication({ clock }, settings);
    });

    it('refuses its folder of copies to another server', async () => {
      const lakeCacheFolder = mkdtempSync(join(tmpdir(), 'copies-'));
      await using _first = await testApplication({ clock }, { lakeCacheFolder, lake: await newLake() });
      const second = testApplication({ clock }, { lakeCacheFolder, lake: await newLake() });
      await expect(second).rejects.toMatchObject({ code: 'lake_cache_in_use' });
    });

    it('deletes predictions by retention as the other does', async () => {
      for (const application of [inBucket, inFolder]) {
        await application.jobs.enqueue(application.store, { kind: 'monitoring.retain', payload: null });
        await application.jobs.drain();
      }
      const [left] = (await answersOf(inFolder)).slice(-1);
      expect([left?.includes('p-old-0'), left?.includes('p-new-0')]).toEqual([false, true]);
      expect(await answersOf(inBucket)).toEqual(await answersOf(inFolder));
      await reopen();
      expect(await answersOf(inBucket)).toEqual(await answersOf(inFolder));
    });
  },
);

/** Two months, one of them delivered again; rules; predictions of two ages with labels. */
async function fill(application: Application): Promise<void> {
  await call(application, postApply, { body: { documents: [{ file: 'rules.yaml', text: RULES }] } });
  const bill = (period: string, cost: string) => ({
    [`${period}-${cost}.csv`]: billText(
      ...dailyRows(20, { cost, period }),
      ...dailyRows(10, { cost: `4${cost}`, period, service: 'SageMaker' }),
    ),
  });
  for (const files of [bill('2026-09', '1'), bill('2026-10', '2'), bill('2026-10', '3')])
    await importFiles(application, 'aws', files);
  await application.jobs.drain();
  for (const [age, days] of [
    ['old', 40],
    ['new', 2],
  ] as const) {
    const predictedAt = new Date(NOW - days * DAY_MS).toISOString();
    const ids = Array.from({ length: 30 }, (_, at) => `p-${age}-${at}`);
    const predictions = ids.map((prediction) => ({ prediction, model: 'ranker', output: 'yes', predictedAt }));
    await call(application, recordPredictions, { body: { predictions } });
    const labels = ids.map((prediction, at) => ({ prediction, value: `label-${at}` }));
    await call(application, recordLabels, { body: { model: 'ranker', labels } });
  }
  // A search moves the journals into the lake first.
  await call(application, deletePredictions, { body: { entity: 'none', dryRun: true } });
}

/** Without ids, which are random. */
async function answersOf(application: Application): Promise<string[]> {
  const answers: string[] = [];
  for (const url of URLS) {
    const { statusCode, body } = await application.http.inject({ method: 'GET', url, headers: { host: 'localhost' } });
    answers.push(`${statusCode} ${body.replaceAll(/\b[a-z]+_[0-9a-f]{12,}\b/g, 'id')}`);
  }
  return answers;
}

async function verify(application: Application, repair: boolean): Promise<Verification> {
  const { verification } = await call(application, startVerification, { body: { repair } });
  return vi.waitFor(
    async () => {
      const state = await call(application, getVerification, { params: { verification } });
      expect(state.state).toBe('ended');
      return state;
    },
    { timeout: 60_000, interval: 20 },
  );
}

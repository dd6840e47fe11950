import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deleteDelivery, listDeletions } from '../../finops/billing/deletion/schema.ts';
import { drainAll } from '../../finops/testing/ledger.ts';
import type { Application } from '../../main.ts';
import { billText, call, catchProblem, dailyRows, importFiles, testApplication } from '../../testing/application.ts';
import { fillApplication } from '../../testing/recorded-answers.ts';
import { getVerification, startVerification } from '../integrity/schema.ts';
import { systemClock } from '../units/index.ts';
import { listBackups, openBackupPlace, refuseHalfRestored, restoreBackup } from './index.ts';
import { type BackupRun, type BackupSummary, getBackupRun, startBackup } from './schema.ts';

const newFolder = (name: string) => mkdtempSync(join(tmpdir(), `${name}-`));
const place = newFolder('backups');
let application: Application;
let recorded: Map<string, string>;
let asked: readonly string[];
beforeAll(async () => {
  application = await testApplication();
  asked = await fillApplication(application);
  await putArtifact(application, 'before', 'weights '.repeat(20_000));
  await record(application, 'before', 0, 500);
  await drainAll(application);
  recorded = await readAnswers(application);
  expect([recorded.size, [...recorded].filter(([, answer]) => !answer.startsWith('200 '))]).toEqual([50, []]);
  expect(await readAnswers(application)).toEqual(recorded);
});
afterAll(() => application[Symbol.asyncDispose]());

async function ask(of: Application, method: 'GET' | 'PUT' | 'POST', url: string, payload?: string | object) {
  const type = typeof payload === 'string' ? { 'content-type': 'application/octet-stream' } : {};
  const headers = { host: 'localhost', ...type };
  return of.http.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
}

async function readAnswers(of: Application): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const url of asked) {
    const { statusCode, body } = await ask(of, 'GET', url);
    found.set(url, `${statusCode} ${body}`);
  }
  return found;
}

async function putArtifact(of: Application, run: string, content: string): Promise<void> {
  const answer = await ask(of, 'PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts/model`, content);
  expect(answer.statusCode).toBe(200);
}

async function record(of: Application, model: string, from: number, count: number): Promise<void> {
  const predictions = Array.from({ length: count }, (_, index) => ({
    ...{ prediction: `${model}-${from + index}`, model, output: index },
    predictedAt: '2026-11-20T10:00:00.000Z',
  }));
  const { statusCode, body } = await ask(of, 'POST', '/api/v1/predictions', { predictions });
  expect([statusCode, JSON.parse(body)]).toMatchObject([200, { accepted: count }]);
}

const SOON = { timeout: 30_000, interval: 20 };

async function backUp(to = place): Promise<BackupRun> {
  const { run } = await call(application, startBackup, { body: { to } });
  const state = () => call(application, getBackupRun, { params: { run } });
  await vi.waitFor(async () => expect(await state()).toMatchObject({ state: 'ended' }), SOON);
  return state();
}

function requireSummary({ summary }: BackupRun): BackupSummary {
  if (summary === null) throw new Error('no backup was made');
  return summary;
}

async function restore(
  backup: string,
  folder: string,
  progress: (done: number) => void = () => {},
): Promise<BackupSummary> {
  await using opened = await openBackupPlace(place, systemClock);
  return restoreBackup(opened, backup, folder, progress);
}

async function readFindings(of: Application): Promise<unknown[]> {
  const { verification } = await call(of, startVerification, { body: { repair: false } });
  const state = () => call(of, getVerification, { params: { verification } });
  await vi.waitFor(async () => expect(await state()).toMatchObject({ state: 'ended' }), SOON);
  return (await state()).findings;
}

describe('a backup', () => {
  it('taken under load gives equal answers where it is restored, and lacks nothing acknowledged before', async () => {
    let sent = 0;
    let loading = true;
    const load = async () => {
      for (let turn = 0; loading; turn += 1) {
        await record(application, 'during', sent, 50);
        sent += 50;
        await putArtifact(application, 'during', `weights of turn ${turn} `.repeat(1000));
        if (turn % 3 === 0) {
          const rows = dailyRows(5, { cost: String(turn), period: '2026-07' });
          await importFiles(application, 'during', { 'during.csv': billText(...rows) });
        }
      }
    };
    const loaded = load();
    await expect.poll(() => sent, { interval: 5 }).toBeGreaterThan(100);
    const before = sent;
    const summary = requireSummary(await backUp());
    loading = false;
    await loaded;
    expect(summary.damaged).toEqual([]);
    const folder = join(newFolder('restored'), 'data');
    await restore(summary.backup, folder);
    await using restored = await testApplication({}, { data: folder });
    expect(await readAnswers(restored)).toEqual(recorded);
    expect(await readFindings(restored)).toEqual([]);
    const { body } = await ask(restored, 'GET', '/api/v1/predictions?model=during&pageSize=1000');
    const kept = (JSON.parse(body) as { predictions: { prediction: string }[] }).predictions;
    expect(new Set(kept.map(({ prediction }) => prediction)).size).toBe(kept.length);
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(before, 1000));
    expect(kept.length % 50).toBe(0);
    expect(await ask(restored, 'GET', '/api/v1/backups/br_00000000000000000000000000000000')).toMatchObject({
      statusCode: 404,
    });
  });

  it('keeps the files of bills that are deleted meanwhile until it ends, and is whole', async () => {
    const deliveries: string[] = [];
    for (let at = 0; at < 4; at += 1) {
      const files = { [`${at}.csv`]: billText({ cost: String(at), period: '2025-08' }) };
      deliveries.push((await importFiles(application, 'doomed', files)).delivery ?? '');
    }
    const busy = newFolder('busy');
    const { run } = await call(application, startBackup, { body: { to: busy } });
    for (const delivery of deliveries) {
      await call(application, deleteDelivery, { body: { delivery, dryRun: false } });
    }
    const state = () => call(application, getBackupRun, { params: { run } });
    await vi.waitFor(async () => expect(await state()).toMatchObject({ state: 'ended', error: null }), SOON);
    const summary = requireSummary(await state());
    expect(summary.damaged).toEqual([]);
    const folder = join(newFolder('restored'), 'data');
    await using opened = await openBackupPlace(busy, systemClock);
    await restoreBackup(opened, summary.backup, folder, () => {});
    await using restored = await testApplication({}, { data: folder });
    expect(await readFindings(restored)).toEqual([]);
    await vi.waitFor(async () => {
      const { deletions } = await call(application, listDeletions, { query: { source: 'doomed' } });
      expect(deletions.filter(({ finishedAt }) => finishedAt !== null)).toHaveLength(4);
    }, SOON);
    expect(await readFindings(application)).toEqual([]);
  });

  it('copies no content a second time', async () => {
    const first = await backUp();
    await putArtifact(application, 'next', 'one more model');
    const second = await backUp();
    // The new object and the store; journals only where they grew.
    expect(second.copiedFiles).toBeLessThan(6);
    expect(requireSummary(second).files).toBeGreaterThan(requireSummary(first).files);
    await using opened = await openBackupPlace(place, systemClock);
    const ids = (await listBackups(opened)).backups.map(({ backup }) => backup);
    expect(ids.slice(-2)).toEqual([requireSummary(first).backup, requireSummary(second).backup]);
  });

  it('is listed in order of time, also within a second', async () => {
    const sameSecond = newFolder('same-second');
    await using opened = await openBackupPlace(sameSecond, systemClock);
    await backUp(sameSecond);
    const [listed] = (await listBackups(opened)).backups;
    const manifest = JSON.parse(readFileSync(join(sameSecond, 'backups', `${listed?.backup}.json`), 'utf8'));
    const made = ['b_20260501T100000Z_ffffffff', 'b_20260501T100000Z_00000000', 'b_20260501T100000Z_88888888'];
    for (const [index, backup] of made.entries()) {
      const text = JSON.stringify({ ...manifest, backup, createdAt: `2026-05-01T10:00:00.${index}00Z` });
      writeFileSync(join(sameSecond, 'backups', `${backup}.json`), text);
    }
    const { backups } = await listBackups(opened);
    expect(backups.map(({ backup }) => backup)).toEqual([...made, listed?.backup]);
  });

  it('is not disturbed by those who look at its place meanwhile', async () => {
    const busy = newFolder('busy');
    let looking = true;
    const looked = (async () => {
      while (looking) {
        await using opened = await openBackupPlace(busy, systemClock);
        await listBackups(opened);
      }
    })();
    const run = await backUp(busy);
    looking = false;
    await looked;
    expect(run).toMatchObject({ state: 'ended', error: null });
  });

  it('leaves out a damaged file and says so, instead of keeping its damage', async () => {
    const lake = join(application.config.data, 'lake');
    const [file = ''] = readdirSync(lake, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.parquet'),
    );
    const path = join(lake, file);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.concat([bytes, Buffer.from('x')]));
    const elsewhere = newFolder('elsewhere');
    const summary = requireSummary(await backUp(elsewhere));
    writeFileSync(path, bytes);
    expect(summary.damaged).toEqual([
      { path: `lake/${file}`, problem: `has ${bytes.length + 1} bytes; ${bytes.length} were written` },
    ]);
  });

  it('is refused to a place that cannot be one', async () => {
    const file = join(newFolder('file'), 'file');
    writeFileSync(file, '');
    for (const to of ['relative/place', 'C:\\place']) {
      expect(await catchProblem(call(application, startBackup, { body: { to } }))).toMatchObject({
        code: 'invalid_request',
      });
    }
    expect(await catchProblem(call(application, startBackup, { body: { to: file } }))).toMatchObject({
      code: 'bucket_not_found',
    });
  });
});

describe('a restore', () => {
  let made: Promise<string> | undefined;
  /** One backup for all of these tests. */
  const theBackup = () => {
    made ??= backUp().then((run) => requireSummary(run).backup);
    return made;
  };

  it('that was cut off is recognised, keeps the server from starting, and goes on when it is asked for again', async () => {
    const backup = await theBackup();
    const folder = join(newFolder('cut'), 'data');
    const cutOff = restore(backup, folder, (done) => {
      if (done === 10) throw new Error('killed');
    });
    await expect(cutOff).rejects.toThrow('killed');
    await expect(testApplication({}, { data: folder })).rejects.toMatchObject({ code: 'data_folder_restoring' });
    // Neither a half written file nor one with other bytes is taken for whole.
    writeFileSync(join(folder, '.restoring-part'), 'half');
    const [name = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) =>
      one.endsWith('.parquet'),
    );
    writeFileSync(join(folder, name), 'other bytes');
    await restore(backup, folder);
    expect(() => refuseHalfRestored(folder)).not.toThrow();
    expect(readFileSync(join(folder, name)).subarray(0, 4).toString()).toBe('PAR1');
    expect(readdirSync(folder)).not.toContain('.restoring-part');
    // It is no longer empty.
    await expect(restore(backup, folder)).rejects.toMatchObject({ code: 'restore_folder_not_empty' });
  });

  it('refuses a folder with anything in it, and a backup that is not there', async () => {
    const backup = await theBackup();
    const folder = newFolder('used');
    writeFileSync(join(folder, 'file'), '');
    await expect(restore(backup, folder)).rejects.toMatchObject({ code: 'restore_folder_not_empty' });
    await expect(restore('b_20260101T000000Z_00000000', newFolder('none'))).rejects.toMatchObject({
      code: 'backup_not_found',
    });
  });

  it('does not succeed with a damaged or missing content, and names it', async () => {
    const backup = await theBackup();
    const manifest = JSON.parse(readFileSync(join(place, 'backups', `${backup}.json`), 'utf8'));
    const [{ sha256, path }] = manifest.files.filter((file: { path: string }) => file.path.startsWith('lake/'));
    const blob = join(place, 'blobs', sha256.slice(0, 2), sha256);
    const bytes = readFileSync(blob);
    writeFileSync(blob, Buffer.concat([bytes.subarray(0, -1), Buffer.from('?')]));
    const folder = join(newFolder('damaged'), 'data');
    await expect(restore(backup, folder)).rejects.toMatchObject({ code: 'backup_damaged', context: { path } });
    rmSync(blob);
    await expect(restore(backup, folder)).rejects.toMatchObject({ code: 'backup_damaged' });
    writeFileSync(blob, bytes);
    await restore(backup, folder);
  });

  it('does not follow a manifest out of its folder', async () => {
    const backup = await theBackup();
    const other = 'b_20260101T000000Z_0000000a';
    const manifest = JSON.parse(readFileSync(join(place, 'backups', `${backup}.json`), 'utf8'));
    for (const path of ['lake/../../outside', '/lake/x', 'server.json', 'lake//x', 'lake\\..\\x']) {
      const files = [{ ...manifest.files[0], path }];
      writeFileSync(join(place, 'backups', `${other}.json`), JSON.stringify({ ...manifest, backup: other, files }));
      await expect(restore(other, newFolder('hostile'))).rejects.toMatchObject({ code: 'backup_damaged' });
    }
    rmSync(join(place, 'backups', `${other}.json`));
  });
});

describe('a backup that was cut off', () => {
  it('is not listed, and what it copied is used by the next', async () => {
    const cut = newFolder('cut-place');
    mkdirSync(join(cut, 'blobs', '00'), { recursive: true });
    await using opened = await openBackupPlace(cut, systemClock);
    await backUp(cut);
    const [{ backup = '' } = {}] = (await listBackups(opened)).backups;
    // Its manifest is the last thing that is written.
    rmSync(join(cut, 'backups', `${backup}.json`));
    expect(await listBackups(opened)).toEqual({ backups: [], unreadable: [] });
    writeFileSync(join(cut, 'backups', `${backup}.json`), '{"format":');
    expect(await listBackups(opened)).toEqual({ backups: [], unreadable: [backup] });
    expect((await backUp(cut)).copiedFiles).toBeLessThan(3);
    expect((await listBackups(opened)).backups).toHaveLength(1);
  });
});

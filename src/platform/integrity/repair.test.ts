import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { billText, call, catchProblem, dailyRows, importFiles, testApplication } from '../../testing/application.ts';
import { getVerification, startVerification, type Verification } from './schema.ts';

const MONTHS = ['2026-06', '2026-07', '2026-08'];

let application: Application;
const recorded = new Map<string, string>();
const deliveries: string[] = [];

beforeAll(async () => {
  application = await testApplication();
  for (const [index, period] of MONTHS.entries()) {
    const file = { [`${period}.csv`]: billText(...dailyRows(20, { cost: String(index), period })) };
    const { delivery } = await importFiles(application, 'aws', file);
    deliveries.push(delivery ?? '');
    await put(`model-${index}`, `weights ${index} `.repeat(5000));
  }
  for (const [url, answer] of await answers()) recorded.set(url, answer);
});
afterAll(() => application[Symbol.asyncDispose]());

async function put(name: string, payload: string): Promise<void> {
  const url = `/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/${name}`;
  const headers = { host: 'localhost', 'content-type': 'application/octet-stream' };
  const answer = await application.http.inject({ method: 'PUT', url, headers, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
}

/** Everything that is asked of the damaged data, by address; a refusal is `refused`. */
async function answers(): Promise<Map<string, string>> {
  const months = MONTHS.flatMap((month) => [
    `/api/v1/costs/summary?by=serviceName&from=${month}&to=${month}`,
    `/api/v1/costs/rows?from=${month}&to=${month}`,
  ]);
  const raw = deliveries.map((delivery, index) => `/api/v1/bill/raw?delivery=${delivery}&file=${MONTHS[index]}.csv`);
  const artifacts = MONTHS.map((_, index) => `/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/model-${index}`);
  const found = new Map<string, string>();
  for (const url of [...months, ...raw, ...artifacts]) {
    const answer = await application.http.inject({ method: 'GET', url, headers: { host: 'localhost' } });
    found.set(url, answer.statusCode === 200 ? answer.body : `refused ${answer.statusCode}`);
  }
  return found;
}

async function verify(repair = false): Promise<Verification> {
  const { verification } = await call(application, startVerification, { body: { repair } });
  return expect
    .poll(() => call(application, getVerification, { params: { verification } }), { interval: 20 })
    .toMatchObject({ state: 'ended' })
    .then(() => call(application, getVerification, { params: { verification } }));
}

async function storedFiles(): Promise<string[]> {
  const { data } = application.config;
  const below = async (folder: string) =>
    (await readdir(join(data, folder), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  return [...(await below('lake')), ...(await below('objects'))].toSorted();
}

describe('a verification', () => {
  const lakeFiles = async () => (await storedFiles()).filter((path) => path.endsWith('.parquet'));
  const checkedOf = ({ checked }: Verification, area: string) => checked.find((one) => one.area === area);

  it('rebuilds bill rows and allocations from the raw bills, to the same answers', async () => {
    for (const [index, path] of (await lakeFiles()).entries()) {
      if (index % 2 === 0) rmSync(path);
      else writeFileSync(path, 'other bytes');
    }
    const { findings, unrepaired } = await verify(true);
    expect([findings.length > 3, findings.filter(({ repaired }) => !repaired), unrepaired]).toEqual([true, [], 0]);
    expect(await answers()).toEqual(recorded);
    expect((await verify()).findings).toEqual([]);
  });

  it('says what it cannot rebuild, and why', async () => {
    const first = (await lakeFiles()).find((path) => path.includes('/bill_')) ?? '';
    const raw = (await storedFiles()).filter((path) => path.includes('/bills/'));
    const kept = new Map([first, ...raw].map((path) => [path, readFileSync(path)]));
    for (const path of kept.keys()) rmSync(path);
    const { findings } = await verify(true);
    expect(findings.find(({ what }) => join(application.config.data, what) === first)).toMatchObject({
      ...{ area: 'lake', repaired: false, period: expect.stringMatching(/^2026-0\d$/) },
      reason: expect.stringMatching(/./),
    });
    for (const [path, content] of kept) writeFileSync(path, content);
    expect((await verify()).findings).toEqual([]);
  });

  it('finds the lost facts of an upload', async () => {
    const path = (await storedFiles()).find((one) => one.endsWith('/facts.json')) ?? '';
    const kept = readFileSync(path);
    rmSync(path);
    const { findings } = await verify();
    expect(findings.map(({ what }) => join(application.config.data, what))).toEqual([path]);
    writeFileSync(path, kept);
    expect((await verify()).findings).toEqual([]);
  });

  it('gives digests to what was written before they were kept', async () => {
    const { store } = application;
    await store
      .tables<{ lake_file: { sha256: null; stamp: null } }>()
      .updateTable('lake_file')
      .set({ sha256: null, stamp: null })
      .execute();
    await store.tables<{ object_digest: object }>().deleteFrom('object_digest').execute();
    const filled = await verify();
    expect(filled.findings).toEqual([]);
    expect(checkedOf(filled, 'lake')?.digestsAdded).toBe((await lakeFiles()).length);
    // Each month has an artifact and an upload.
    expect(checkedOf(filled, 'objects')?.digestsAdded).toBe(2 * MONTHS.length);
    expect(checkedOf(await verify(), 'lake')?.digestsAdded).toBe(0);
  });

  it('finds files of the lake that no manifest names, and removes them on request', async () => {
    const path = join(application.config.data, 'lake', '00000000-0000-4000-8000-000000000000.parquet');
    writeFileSync(path, 'left over');
    expect((await verify(true)).findings).toEqual([]);
    utimesSync(path, new Date('2026-01-01'), new Date('2026-01-01'));
    expect((await verify()).findings).toMatchObject([{ problem: 'no manifest names it', repaired: false }]);
    expect((await verify(true)).findings).toMatchObject([{ repaired: true }]);
    expect(existsSync(path)).toBe(false);
  });

  it('is unknown under any other id', async () => {
    const asked = call(application, getVerification, { params: { verification: `ver_${'0'.repeat(32)}` } });
    expect(await catchProblem(asked)).toMatchObject({ code: 'verification_not_found', status: 404 });
  });
});

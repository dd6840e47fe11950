import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, type Ended, golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
const bucket = join(folder, 'bills');
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(key: string, content: string): void {
  const path = join(bucket, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const data = (period: string) => `daily/data/BILLING_PERIOD=${period}/daily-00001.csv`;
function putManifest(period: string, execution: string): void {
  const manifest = { executionId: execution, dataFiles: [`s3://bills/${data(period)}`] };
  put(`daily/metadata/BILLING_PERIOD=${period}/daily-Manifest.json`, JSON.stringify(manifest));
}

async function apply(name: string, path: string): Promise<void> {
  const file = join(folder, `${name}.yaml`);
  const spec = `{ location: { type: folder, path: ${path} }, schedule: null }`;
  writeFileSync(file, `apiVersion: steelyard/v1\nkind: BillSource\nmetadata: { name: ${name} }\nspec: ${spec}\n`);
  expect((await server.run('apply', '-f', file)).code).toBe(0);
}

function expectGolden(name: string, ended: Ended): void {
  const { actual, expected } = golden(name, normalised(ended, [folder, server.data]));
  expect(actual).toBe(expected);
}

describe('sources on the command line', () => {
  it('say what to do first when there is none', async () => {
    for (const words of [
      ['bill', 'sync'],
      ['source', 'list'],
    ]) {
      const { code, err } = await server.run(...words);
      expect([code, err]).toEqual([0, expect.stringContaining('No source yet. steelyard apply -f SOURCE.yaml')]);
    }
    const { code, err } = await server.run('bill', 'sync', 'nobody');
    expect([code, err]).toEqual([4, expect.stringContaining('There is no source "nobody".')]);
  });

  it('are synced to the end, by name and all together', async () => {
    await apply('aws', bucket);
    put(data('2026-10'), bill({}, { billed: '2' }, { billed: '1.5' }));
    expectGolden('bill-sync-waiting', await server.run('bill', 'sync', 'aws'));
    putManifest('2026-10', 'e-1');
    expectGolden('bill-sync', await server.run('bill', 'sync', 'aws'));
    expectGolden('bill-sync-again', await server.run('bill', 'sync', '--json'));
  });

  it('answer with the exit code of what failed', async () => {
    putManifest('2026-11', 'e-2');
    const broken = await server.run('bill', 'sync', 'aws');
    expectGolden('bill-sync-broken', broken);
    expect(broken.code).toBe(1);
    rmSync(bucket, { recursive: true });
    const gone = await server.run('bill', 'sync', 'aws');
    expectGolden('bill-sync-gone', gone);
    expect(gone.code).toBe(4);
    const { out } = await server.run('source', 'list');
    expect(out).toMatch(
      /^SOURCE +STATE +LOCATION +LAYOUT +LAST SYNC +NEXT SYNC +LAST ERROR\naws +failed +.*bills +auto +/,
    );
    expectGolden('source-list-json', await server.run('source', 'list', '--json'));
  });
});

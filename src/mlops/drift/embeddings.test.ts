import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { call, testApplication } from '../../testing/application.ts';
import { compareDrift, type DriftMethodChoice, makeDriftProfile } from './schema.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(async () => {
  await application[Symbol.asyncDispose]();
});

/** A Parquet file of one column `embedding`, by the SQL of it over `row`. */
async function parquet(rows: number, embedding: string): Promise<Buffer> {
  const path = join(mkdtempSync(join(tmpdir(), 'embeddings-')), 'rows.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT ${embedding} AS embedding FROM range(${rows}) of_rows(row)) TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
  return readFileSync(path);
}

/** Numbers from 0 to 1 that look drawn, the same each time. */
const pseudo = (salt: string) => `(hash(row, '${salt}') % 1000000 / 1e6)::FLOAT`;
const three = (salt: string, by = 0) =>
  `[${pseudo(`${salt}1`)} + ${by}, ${pseudo(`${salt}2`)} + ${by}, ${pseudo(`${salt}3`)}]`;

async function send(content: Buffer) {
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/drift/files?name=rows.parquet',
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: content,
  });
  return { upload: String(answer.json().upload), name: 'rows.parquet' };
}

async function compared(reference: Buffer, current: Buffer, method: DriftMethodChoice) {
  const files = { reference: await send(reference), current: await send(current) };
  const { columns } = await call(application, compareDrift, { body: { ...files, method, columns: ['embedding'] } });
  return columns[0];
}

describe('a column of embeddings', () => {
  it.each(['mmd', 'domain_classifier', 'auto'] as const)('is compared as a whole by %s', async (method) => {
    const reference = await parquet(500, three('r'));
    const same = await compared(reference, await parquet(150, three('c')), method);
    const name = method === 'auto' ? 'mmd' : method;
    expect(same).toMatchObject({ type: 'embedding', method: name, drifted: false, nReference: 500, nCurrent: 150 });
    const moved = await compared(reference, await parquet(150, three('c', 0.4)), method);
    expect(moved).toMatchObject({ drifted: true, threshold: 0.05, reason: null });
  });

  it('counts what is null, empty or not finite as missing', async () => {
    const holes = `CASE WHEN row % 5 = 0 THEN NULL WHEN row % 5 = 1 THEN [] WHEN row % 5 = 2 THEN ['nan'::FLOAT, 1, NULL] ELSE ${three('c')} END`;
    const found = await compared(await parquet(100, three('r')), await parquet(100, holes), 'mmd');
    expect(found).toMatchObject({ nCurrent: 40, missingCurrent: 60, missingReference: 0, drifted: false });
  });

  it('says why it is not compared', async () => {
    const reference = await parquet(30, three('r'));
    const reasonOf = async (current: string, method: DriftMethodChoice) =>
      (await compared(reference, await parquet(30, current), method))?.reason;
    expect(await reasonOf('[1.0, 2.0]', 'mmd')).toBe('the reference has lists of 3 numbers, the current data of 2');
    expect(await reasonOf('CASE WHEN row < 5 THEN [1.0] ELSE [1.0, 2.0] END', 'mmd')).toContain('have one length');
    expect(await reasonOf('NULL::FLOAT[]', 'mmd')).toContain('no row of rows.parquet has a list of numbers');
    expect(await reasonOf(three('c'), 'psi')).toContain('psi does not support embeddings');
    await call(application, makeDriftProfile, { body: { name: 'kept', file: await send(reference) } });
    const body = { reference: { profile: 'kept' }, current: await send(reference), method: 'mmd' as const };
    const { columns } = await call(application, compareDrift, { body });
    expect(columns[0]?.reason).toBe('a profile contains no embeddings');
  });
});

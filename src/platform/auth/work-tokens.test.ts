import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../store/index.ts';
import { authMigrations } from './migrations.ts';
import { createWorkTokens } from './work-tokens.ts';

it('a token of a step is known to every server of the store until its time or its end, and to no other', async () => {
  const open = async () => {
    const store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'work-tokens-')) });
    onTestFinished(() => store[Symbol.asyncDispose]());
    await store.migrate(authMigrations);
    return store;
  };
  let now = 1000;
  const clock = { now: () => now };
  const store = await open();
  const [train, check] = ['train', 'check'].map((id) => ({ id, runId: `run of ${id}`, experimentId: 7 }));
  if (train === undefined || check === undefined) throw new Error('two pieces of work');
  const tokens = createWorkTokens(store, clock);
  const token = await tokens.issue('pipeline p #1', train, 2000);
  const longer = await tokens.issue('pipeline p #1', check, 9000);
  const other = createWorkTokens(store, clock);
  expect(await other.verify(token)).toEqual({ name: 'pipeline p #1', work: train });
  expect(await createWorkTokens(await open(), clock).verify(token)).toBeNull();
  const [claims = '', signature = ''] = token.slice('sy_work_'.length).split('.');
  const admin = Buffer.from(JSON.stringify({ name: 'admin', until: 9e15, work: train })).toString('base64url');
  for (const forged of [
    `sy_work_${admin}.${signature}`,
    `sy_work_${claims}.`,
    `sy_work_${claims}`,
    `sy_work_.${signature}`,
    'sy_work_',
  ]) {
    expect(await other.verify(forged)).toBeNull();
  }
  now = 2000;
  expect([await other.verify(token), (await other.verify(longer))?.work]).toEqual([null, check]);
  await tokens.end('check');
  await tokens.end('never begun');
  expect(await other.verify(longer)).toBeNull();
});

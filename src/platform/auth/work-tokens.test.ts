import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../store/index.ts';
import { authMigrations } from './migrations.ts';
import { createWorkTokens } from './work-tokens.ts';

it('a token of work is known to every server of the store until its time, and to no other', async () => {
  const open = async () => {
    const store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'work-tokens-')) });
    onTestFinished(() => store[Symbol.asyncDispose]());
    await store.migrate(authMigrations);
    return store;
  };
  const store = await open();
  const token = await createWorkTokens(store).issue('step train', 2000);
  const other = createWorkTokens(store);
  expect(await other.verify(token, 1999)).toEqual({ name: 'step train', role: 'contributor', until: 2000 });
  expect(await other.verify(token, 2000)).toBeNull();
  expect(await createWorkTokens(await open()).verify(token, 1000)).toBeNull();
  const [claims = '', signature = ''] = token.slice('sy_work_'.length).split('.');
  const admin = Buffer.from(JSON.stringify({ name: 'admin', until: 9e15 })).toString('base64url');
  for (const forged of [
    `sy_work_${admin}.${signature}`,
    `sy_work_${claims}.`,
    `sy_work_${claims}`,
    `sy_work_.${signature}`,
    'sy_work_',
  ]) {
    expect(await other.verify(forged, 1000)).toBeNull();
  }
});

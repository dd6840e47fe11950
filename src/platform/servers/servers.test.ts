import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { call, testApplication } from '../../testing/application.ts';
import { openStore } from '../store/index.ts';
import { listServers } from './schema.ts';
import { serversSuite } from './suite.testing.ts';

serversSuite('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'servers-store-'));
  return { open: () => openStore({ database: 'sqlite', folder }) };
});

it('the only server of a data folder lists itself', async () => {
  await using application = await testApplication();
  const { servers } = await call(application, listServers, {});
  expect(servers).toMatchObject([
    { name: null, state: 'live', roles: ['api', 'gateway', 'worker'], leaseUntil: null, holder: null },
  ]);
});

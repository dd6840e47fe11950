import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { NOBODY, type WriteRecord } from '../http/access.ts';
import { openStore } from '../store/index.ts';
import { auditMigrations } from './migrations.ts';
import { createRecorder } from './recorder.ts';

const write: WriteRecord = {
  actor: NOBODY,
  method: 'POST',
  route: '/api/v1/teams',
  scope: 'finops.write',
  subject: {},
  bodyDigest: null,
  status: 200,
  requestId: 'r',
  counted: false,
};

it('stores a row that comes in any microtask after the last one was stored', { timeout: 5_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-recorder-'));
  await using store = await openStore({ database: 'sqlite', folder });
  await store.migrate(auditMigrations);
  const log = pino({ level: 'silent' });
  await using recorder = createRecorder({ store, clock: { now: () => 0 }, log });
  for (let hops = 0; hops < 12; hops += 1) {
    let before: Promise<unknown> = Promise.resolve(recorder.record(write));
    for (let hop = 0; hop < hops; hop += 1) before = before.then(() => undefined);
    await before.then(() => recorder.record(write));
  }
  const rows = await store.tables<{ audit_row: { seq: number } }>().selectFrom('audit_row').select('seq').execute();
  expect(rows).toHaveLength(24);
});

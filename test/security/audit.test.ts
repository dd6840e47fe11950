import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql as raw } from 'kysely';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { auditMigrations, createAudit } from '../../src/platform/audit/index.ts';
import { auditCsv, listAudit, verifyAudit } from '../../src/platform/audit/schema.ts';
import type { WriteRecord } from '../../src/platform/http/index.ts';
import { openStore, type Store } from '../../src/platform/store/index.ts';
import { createLog } from '../../src/platform/telemetry/index.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { onEachStore } from '../support/stores.ts';
import { openDoors, sent } from './doors.ts';

type Tables = {
  audit_row: { seq: number; actor: string; writes: number; hash: string };
  audit_head: { seq: number; hash: string };
};
const rowsOf = (store: Store) => store.tables<Tables>();
const log = createLog('silent');
const clock = { now: () => Date.parse('2026-11-01T00:00:00Z') };

const write: WriteRecord = {
  actor: { name: 'ada', role: 'contributor' },
  method: 'POST',
  route: '/api/v1/things',
  scope: 'mlops.write',
  subject: { thing: 'a' },
  bodyDigest: null,
  status: 200,
  requestId: 'r1',
  counted: false,
};

onEachStore(({ engine, newDatabase }) => {
  describe('the audit trail', () => {
    const temporary = () => mkdtempSync(join(tmpdir(), 'audit-'));
    const verify = async (audit: ReturnType<typeof createAudit>, store: Store, head?: string) => {
      const { verifyTrail } = await import('../../src/platform/audit/verify.ts');
      await audit.flush();
      return verifyTrail(store, head ?? null);
    };

    it('chains what two servers append at once into one row after the other', async () => {
      const [at, folder] = [await newDatabase(), temporary()];
      await using first = await openStore({ database: at, folder });
      await first.migrate(auditMigrations);
      await using second = engine === 'PostgreSQL' ? await openStore({ database: at, folder: temporary() }) : null;
      await using one = createAudit({ store: first, clock, log });
      await using other = createAudit({ store: second ?? first, clock, log });
      const recorders = [one, other];
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => recorders[index % 2]?.record({ ...write, requestId: `r${index}` })),
      );
      expect(await verify(one, first)).toMatchObject({ intact: true, rows: 200, broken: null });
      const rows = await rowsOf(first).selectFrom('audit_row').select('seq').orderBy('seq').execute();
      expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    });

    it('finds a row that was changed, taken out or cut off, and a chain that was made anew', async () => {
      await using store = await openStore({ database: await newDatabase(), folder: temporary() });
      await store.migrate(auditMigrations);
      await using audit = createAudit({ store, clock, log });
      for (let index = 0; index < 5; index += 1) await audit.record({ ...write, requestId: `r${index}` });
      const whole = await verify(audit, store);
      expect(whole).toMatchObject({ intact: true, rows: 5 });
      expect(await verify(audit, store, whole.head)).toMatchObject({ intact: true });

      await rowsOf(store).updateTable('audit_row').set({ actor: 'eve' }).where('seq', '=', 3).execute();
      expect(await verify(audit, store)).toMatchObject({ intact: false, broken: { seq: 3, why: 'row changed' } });
      await rowsOf(store).deleteFrom('audit_row').where('seq', '=', 3).execute();
      expect(await verify(audit, store)).toMatchObject({ intact: false, broken: { seq: 3, why: 'row missing' } });
      await rowsOf(store).deleteFrom('audit_row').where('seq', '>', 2).execute();
      expect(await verify(audit, store)).toMatchObject({ intact: false, broken: { seq: 3, why: 'end cut off' } });
      const { hash } = await rowsOf(store)
        .selectFrom('audit_row')
        .selectAll()
        .where('seq', '=', 2)
        .executeTakeFirstOrThrow();
      await rowsOf(store).updateTable('audit_head').set({ seq: 2, hash }).execute();
      expect(await verify(audit, store)).toMatchObject({ intact: true, rows: 2 });
      expect(await verify(audit, store, whole.head)).toMatchObject({
        broken: { seq: 5, why: 'head not in the trail' },
      });
    });

    it('counts frequent writes of a run as one row', async () => {
      await using store = await openStore({ database: await newDatabase(), folder: temporary() });
      await store.migrate(auditMigrations);
      await using audit = createAudit({ store, clock, log });
      for (let index = 0; index < 1000; index += 1) void audit.record({ ...write, counted: true });
      void audit.record({ ...write, counted: true, subject: { thing: 'b' } });
      await audit.flush();
      const counts = await rowsOf(store).selectFrom('audit_row').select('writes').execute();
      expect(counts.map(({ writes }) => writes).toSorted((a, b) => a - b)).toEqual([1, 1000]);
      expect(await verify(audit, store)).toMatchObject({ intact: true, rows: 2 });
    });

    it('keeps the counts that could not be stored, and adds to them', async () => {
      await using store = await openStore({ database: await newDatabase(), folder: temporary() });
      await store.migrate(auditMigrations);
      await using audit = createAudit({ store, clock, log });
      const count = () => void audit.record({ ...write, counted: true });
      count();
      await raw`alter table audit_row rename to audit_away`.execute(store.tables());
      await expect(audit.flush()).rejects.toThrow('audit_row');
      count();
      await raw`alter table audit_away rename to audit_row`.execute(store.tables());
      expect(await verify(audit, store)).toMatchObject({ intact: true, rows: 1 });
      const rows = await rowsOf(store).selectFrom('audit_row').select('writes').execute();
      expect(rows).toEqual([{ writes: 2 }]);
    });
  });

  describe('what is written to the trail', () => {
    it('each write and refused write with who, what and the digest of the body, and no read', async () => {
      await using doors = await openDoors({}, { database: await newDatabase() });
      const { application } = doors;
      const json = { 'content-type': 'application/json', host: 'localhost' };
      const post = (url: string, headers: Record<string, string>, payload: string) =>
        application.http.inject({ method: 'POST', url, headers: { ...json, ...headers }, payload });
      await post('/api/2.0/mlflow/experiments/create', doors.as('contributor'), '{"name": "audited"}');
      await post('/api/2.0/mlflow/experiments/create', doors.as('viewer'), '{"name": "refused"}');
      await post('/api/2.0/mlflow/experiments/search', doors.as('viewer'), '{"max_results": 1}');
      await post('/api/2.0/mlflow/experiments/create', {}, '{"name": "nobody"}');
      const { rows } = (await sent(application, 'GET', '/api/v1/audit?pageSize=2', doors.as('admin'))) as {
        rows: Record<string, unknown>[];
      };
      expect(rows).toMatchObject([
        { actor: 'viewer', role: 'viewer', status: 403, subject: {} },
        { actor: 'contributor', role: 'contributor', status: 200, subject: { name: 'audited' }, writes: 1 },
      ]);
      expect(rows[1]?.bodyDigest).toMatch(/^[0-9a-f]{64}$/);
      const all = JSON.stringify(await sent(application, 'GET', '/api/v1/audit', doors.as('admin')));
      expect(all).not.toContain('experiments/search');
      expect(all).not.toContain('nobody');
      expect(all).not.toContain('correct horse');
    });

    it('pages without a gap, exports every row and verifies, without accounts too', async () => {
      await using application = await testApplication({}, { database: await newDatabase() });
      const create = (name: string) =>
        application.http.inject({
          method: 'POST',
          url: '/api/2.0/mlflow/experiments/create',
          headers: { host: 'localhost', 'content-type': 'application/json' },
          payload: JSON.stringify({ name }),
        });
      for (let index = 0; index < 7; index += 1) await create(`=cmd ${index}, "quoted"`);
      const seen: number[] = [];
      for (let pageToken: string | null = ''; pageToken !== null; ) {
        const query = pageToken === '' ? { pageSize: 3 } : { pageSize: 3, pageToken };
        const page: { rows: { seq: number; actor: string }[]; nextPageToken: string | null } = await call(
          application,
          listAudit,
          { query },
        );
        seen.push(...page.rows.map(({ seq }) => seq));
        pageToken = page.nextPageToken;
      }
      expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
      const csv = await call(application, auditCsv);
      expect(csv.trim().split('\n')).toHaveLength(8);
      expect(csv).toContain(',local,,POST,/api/2.0/mlflow/experiments/create,mlops.write,');
      expect(await call(application, verifyAudit)).toMatchObject({ intact: true, rows: 7 });
    });

    it('nothing when the trail cannot be written: the write is answered as failed, and the log has what it was', async () => {
      const lines: string[] = [];
      const logged = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
      await using application = await testApplication({ log: logged }, { database: await newDatabase() });
      const create = () =>
        application.http.inject({
          method: 'POST',
          url: '/api/2.0/mlflow/experiments/create',
          headers: { host: 'localhost', 'content-type': 'application/json' },
          payload: '{"name": "done"}',
        });
      await raw`alter table audit_row rename to audit_away`.execute(application.store.tables());
      expect((await create()).statusCode).toBe(500);
      const facts = {
        actor: 'local',
        route: '/api/2.0/mlflow/experiments/create',
        subject: { name: 'done' },
        status: 200,
      };
      expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining(facts));

      await raw`alter table audit_away rename to audit_row`.execute(application.store.tables());
      // The write succeeded, so a repeat is refused; the chain of the trail continues without a gap.
      expect((await create()).json()).toMatchObject({ error_code: 'RESOURCE_ALREADY_EXISTS' });
      expect((await call(application, listAudit)).rows).toMatchObject([{ seq: 1, status: 400 }]);
      expect(await call(application, verifyAudit)).toMatchObject({ intact: true, rows: 1 });
    });

    it('counts a training’s logging and keeps it when the server stops', async () => {
      const database = await newDatabase();
      await using application = await testApplication({}, { database });
      const post = async (route: string, body: object) =>
        application.http.inject({
          method: 'POST',
          url: `/api/2.0/mlflow/runs/${route}`,
          headers: { host: 'localhost', 'content-type': 'application/json' },
          payload: JSON.stringify(body),
        });
      const { run } = (await post('create', { experiment_id: '0' })).json() as { run: { info: { run_id: string } } };
      const { run_id } = run.info;
      for (let step = 0; step < 20; step += 1) {
        await post('log-metric', { run_id, key: `m${step}`, value: 1, timestamp: 1, step });
      }
      expect((await call(application, listAudit)).rows).toHaveLength(1);
      const data = application.config.data;
      await application[Symbol.asyncDispose]();
      await using again = await testApplication({}, { data, database });
      expect((await call(again, listAudit)).rows[0]).toMatchObject({ subject: { run_id }, writes: 20 });
    });
  });
});

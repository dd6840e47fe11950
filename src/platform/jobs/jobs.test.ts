import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { openStore } from '../store/index.ts';
import { createTelemetry } from '../telemetry/index.ts';
import { createJobs, jobMigrations } from './index.ts';
import { jobsSuite } from './suite.testing.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'jobs-'));

jobsSuite('SQLite', async () => {
  const folder = newFolder();
  return { open: () => openStore({ database: 'sqlite', folder }) };
});

describe('jobs of the only server of a folder', () => {
  it('go on at once after a crash, without waiting for the lease of the dead server', async () => {
    await using store = await openStore({ database: 'sqlite', folder: newFolder() });
    await store.migrate(jobMigrations);
    const clock = { now: () => Date.parse('2026-11-01T00:00:00Z') };
    const deps = { store, clock, log: pino({ level: 'silent' }), telemetry: createTelemetry() };
    // With one slot it claims no more jobs, like a dead server.
    const dying = createJobs({ ...deps, concurrency: 1 });
    const begun = Promise.withResolvers<void>();
    dying.register('k', {
      handler: () => {
        begun.resolve();
        return new Promise(() => undefined);
      },
    });
    await store.transaction((sql) => dying.enqueue(sql, { kind: 'k', payload: 0 }));
    dying.drain().catch(() => undefined);
    await begun.promise;
    const next = createJobs(deps);
    const attempts: number[] = [];
    next.register('k', { handler: async (_payload, { attempt }) => void attempts.push(attempt) });
    await next.drain();
    expect(attempts).toEqual([2]);
  });
});

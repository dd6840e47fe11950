import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../platform/store/index.ts';
import { runCostMigrations } from './migrations.ts';
import { type RunCostDeps, settle } from './service.ts';
import { nextDue, noteDue } from './store.ts';

it('leaves what is due to the next server, and its job with it, when the server stops', async () => {
  await using store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'run-costs-')) });
  await store.migrate(runCostMigrations);
  const due = { kind: 'energy', key: 'a-run', noted: 7 } as const;
  await noteDue(store, [due]);
  const unused = (): never => expect.fail('nothing is worked out any more');
  const deps: RunCostDeps = {
    store,
    clock: { now: Date.now },
    metering: { ofRuns: unused, runsWithUsage: unused, runsAndOthers: unused },
    allocation: { billedPeriods: unused, reconciledRuns: unused, allocatedRuns: unused },
    tracking: { costs: unused, putCosts: unused, energy: unused },
    jobs: { register: unused, schedule: unused, enqueue: unused },
    events: { append: unused },
  };
  // A job that ends without an error is done, and nobody would ask again for ten minutes.
  await expect(settle(deps, AbortSignal.abort(new Error('the server stops')))).rejects.toThrow('the server stops');
  expect(await nextDue(store, 10)).toContainEqual(due);
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../platform/store/index.ts';
import type { RunCostDeps } from './deps.ts';
import { runCostMigrations } from './migrations.ts';
import { settleDues } from './service.ts';
import { findNextDueRuns, noteDue, replacePeriod, takeDue } from './store.ts';

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
    gpuTelemetry: { readDays: unused },
    gpuUsage: { runDays: unused },
    tracking: { costs: unused, putCosts: unused, energy: unused },
    jobs: { register: unused, schedule: unused, enqueue: unused },
    events: { append: unused },
  };
  // A job that ends without an error is done; the next attempt would come only after ten minutes.
  await expect(settleDues(deps, AbortSignal.abort(new Error('the server stops')))).rejects.toThrow('the server stops');
  expect(await findNextDueRuns(store, 10)).toContainEqual(due);
});

it('works every stored period and all GPU days through after the migrations', async () => {
  await using store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'run-costs-')) });
  const [[first, before]] = Object.entries(runCostMigrations) as [[string, (typeof runCostMigrations)[string]]];
  await store.migrate({ [first]: before });
  await takeDue(store, { kind: 'all', key: '', noted: 0 });
  const run = { run: 'a-run', currency: 'USD', reconciled: '0', coveredHours: '24' };
  const totals = { currency: 'USD', billed: '0', toRuns: '0', toOthers: '0', idle: '0', untracked: '0' };
  const asOf = '2026-11-01T00:00:00.000Z';
  await replacePeriod(store, '2026-09', { reconciled: [run], allocated: [], totals: [], asOf });
  await replacePeriod(store, '2026-10', { reconciled: [], allocated: [], totals: [totals], asOf });
  await noteDue(store, [{ kind: 'period', key: '2026-10', noted: 7 }]);
  await store.migrate(runCostMigrations);
  expect(await findNextDueRuns(store, 10)).toEqual([
    { kind: 'period', key: '2026-09', noted: 0 },
    { kind: 'period', key: '2026-10', noted: 7 },
    { kind: 'gpus', key: '', noted: 0 },
  ]);
});

import { z } from 'zod';
import type { StoredEvent } from '../../platform/events/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { Month, toMonthPeriod, UtcInstant } from '../../platform/units/index.ts';
import type { RunCostDeps } from './deps.ts';
import { RUNS_AT_ONCE, refreshRuns, splitRuns } from './refresh-runs.ts';
import { listGpuKeys, settleGpuDays } from './settle-gpu-days.ts';
import { type Due, findNextDueRuns, noteDue, replacePeriod, takeDue } from './store.ts';

export const SETTLE = 'run-costs.settle';
const DUES_AT_ONCE = 100;

const UsageRecorded = z.object({ runs: z.array(z.string()), start: UtcInstant, end: UtcInstant });
const AllocationDerived = z.object({ periods: z.array(Month) });
const GpuTimeChanged = z.object({ start: UtcInstant, end: UtcInstant }).nullable();
const RunEnded = z.object({ runId: z.string() });

/** Events that change the cost of a run. */
export const subscribedEvents = [
  'usage.recorded',
  'allocation.derived',
  'prices.applied',
  'gpus.time_changed',
  'run.ended',
] as const;

/** Updates metered cost immediately; work that needs the lake or a long history is queued for the job. */
export async function receiveEvent(deps: RunCostDeps, event: StoredEvent): Promise<void> {
  const { sequence: noted, type, payload } = event;
  // Most runs have no metered usage; later usage has its own event.
  if (type === 'run.ended' && !(await isCosted(deps, deps.store, RunEnded.parse(payload).runId))) return;
  await deps.store.transaction(async (sql) => {
    if (type === 'usage.recorded') return receiveUsage(deps, sql, UsageRecorded.parse(payload), noted);
    await noteDue(sql, listDues(type, payload, noted));
    // A unique key: a job that is about to end would not see the new entries.
    await deps.jobs.enqueue(sql, { kind: SETTLE, payload: null, uniqueKey: `${SETTLE}:${noted}` });
  });
}

async function receiveUsage(
  deps: RunCostDeps,
  sql: Sql,
  usage: z.infer<typeof UsageRecorded>,
  noted: number,
): Promise<void> {
  for (const runs of splitRuns(usage.runs)) await refreshRuns(deps, sql, runs);
  const periods = (await deps.allocation.billedPeriods(sql)).filter((period) => isTouched(period, usage));
  // A running run reports every few seconds: the job of every ten minutes handles these entries, and no job is enqueued here.
  await noteDue(sql, [
    ...periods.map((period): Due => ({ kind: 'period', key: period, noted })),
    ...usage.runs.map((run): Due => ({ kind: 'energy', key: run, noted })),
    // Usage of a whole machine holds its GPUs too: their time is not counted twice.
    ...listGpuKeys(usage).map((key): Due => ({ kind: 'gpus', key, noted })),
  ]);
}

async function isCosted(deps: RunCostDeps, sql: Sql, run: string): Promise<boolean> {
  return (await deps.tracking.costs(sql, [run])).has(run);
}

function isTouched(period: string, { start, end }: { readonly start: string; readonly end: string }): boolean {
  const month = toMonthPeriod(period);
  return Date.parse(start) < Date.parse(month.end) && Date.parse(end) > Date.parse(month.start);
}

function listDues(type: string, payload: unknown, noted: number): Due[] {
  if (type === 'prices.applied') {
    return [
      { kind: 'all', key: '', noted },
      { kind: 'gpus', key: '', noted },
    ];
  }
  if (type === 'gpus.time_changed') {
    const span = GpuTimeChanged.parse(payload);
    return (span === null ? [''] : listGpuKeys(span)).map((key) => ({ kind: 'gpus', key, noted }));
  }
  if (type === 'run.ended') return [{ kind: 'energy', key: RunEnded.parse(payload).runId, noted }];
  // Workload usage, which allocation rules split by, also maps pods to their runs.
  return AllocationDerived.parse(payload).periods.flatMap((period): Due[] => [
    { kind: 'period', key: period, noted },
    { kind: 'gpus', key: period, noted },
  ]);
}

/** Processes everything that is due, including entries from before a restart. Throws when aborted, so that the job is retried. */
export async function settleDues(deps: RunCostDeps, signal: AbortSignal): Promise<void> {
  for (let stuck = 0; stuck < 3; ) {
    const dues = await findNextDueRuns(deps.store, DUES_AT_ONCE);
    if (dues.length === 0) return;
    let taken = 0;
    // `all` and months add further entries, so the next entry is read again after each.
    const [first] = dues;
    const batch = first?.kind === 'energy' ? dues : dues.slice(0, 1);
    for (const due of batch) {
      signal.throwIfAborted();
      if (await settleDue(deps, due)) taken += 1;
    }
    stuck = taken === 0 ? stuck + 1 : 0;
  }
}

async function settleDue(deps: RunCostDeps, due: Due): Promise<boolean> {
  if (due.kind === 'all') return settleAll(deps, due);
  if (due.kind === 'period') return settlePeriod(deps, due);
  if (due.kind === 'gpus') return settleGpuDays(deps, due);
  return deps.store.transaction(async (sql) => {
    if (!(await takeDue(sql, due))) return false;
    await refreshRuns(deps, sql, [due.key], await deps.tracking.energy(sql, due.key));
    return true;
  });
}

async function settleAll(deps: RunCostDeps, due: Due): Promise<boolean> {
  for (let after = ''; ; ) {
    const runs = await deps.metering.runsWithUsage(deps.store, after, RUNS_AT_ONCE);
    const last = runs.at(-1);
    if (last === undefined) break;
    await deps.store.transaction(async (sql) => {
      await refreshRuns(deps, sql, runs);
      if (due.noted === 0)
        await noteDue(
          sql,
          runs.map((run): Due => ({ kind: 'energy', key: run, noted: 0 })),
        );
    });
    after = last;
  }
  return deps.store.transaction(async (sql) => {
    if (!(await takeDue(sql, due))) return false;
    const periods = await deps.allocation.billedPeriods(sql);
    await noteDue(
      sql,
      periods.map((period): Due => ({ kind: 'period', key: period, noted: due.noted })),
    );
    return true;
  });
}

/** Reads the lake outside the transaction; the result is discarded if the period became due again in the meantime. */
async function settlePeriod(deps: RunCostDeps, due: Due): Promise<boolean> {
  const { runs: reconciled, totals } = await deps.allocation.reconciledRuns(due.key);
  const allocated = await deps.allocation.allocatedRuns(due.key);
  const asOf = new Date(deps.clock.now()).toISOString();
  return deps.store.transaction(async (sql) => {
    if (!(await takeDue(sql, due))) return false;
    const touched = await replacePeriod(sql, due.key, { reconciled, allocated, totals, asOf });
    for (const runs of splitRuns(touched)) await refreshRuns(deps, sql, runs);
    return true;
  });
}

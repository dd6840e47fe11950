import type { Allocation } from '../../finops/allocation/index.ts';
import { toMonthPeriod } from '../../platform/units/index.ts';
import type { OptimizationDeps } from './deps.ts';
import { listRuns, listStored, putOptimization, type StoredOptimization, toTime } from './store.ts';

export type ReconcileDeps = Pick<OptimizationDeps, 'store'> & {
  readonly allocation: Pick<Allocation, 'reconciledEndpoint'>;
};

/** Reads the bill of a period again for all optimizations that ran in it: their saving is then by the bill where it covers them. */
export async function reconcilePeriod(
  { store, allocation }: ReconcileDeps,
  period: string,
  signal: AbortSignal,
): Promise<void> {
  const endpoints = Map.groupBy((await listStored(store, {})).filter(isWithin(period)), ({ shown }) => shown.endpoint);
  for (const [endpoint, optimizations] of endpoints) {
    signal.throwIfAborted();
    const versions = await allocation.reconciledEndpoint(period, endpoint);
    for (const one of optimizations) await keepBill(store, one, { [period]: versions });
  }
}

function isWithin(period: string) {
  const month = toMonthPeriod(period);
  const [start, end] = [Date.parse(month.start), Date.parse(month.end)];
  return (one: StoredOptimization) =>
    listRuns(one)
      .map(toTime)
      .some((run) => run.start < end && run.end > start);
}

/** A look that writes at the same time wins; the job is retried then. */
async function keepBill(
  store: ReconcileDeps['store'],
  one: StoredOptimization,
  bills: StoredOptimization['progress']['bills'],
): Promise<void> {
  const progress = { ...one.progress, bills: { ...one.progress.bills, ...bills } };
  const isKept = await store.transaction((sql) => putOptimization(sql, { ...one, progress }));
  if (!isKept) throw new Error(`optimization ${one.shown.optimization} was changed at the same time`);
}

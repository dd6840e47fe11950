import type { Route } from '../../platform/http/index.ts';
import { allocatedDaily } from '../allocation/index.ts';
import { createAllocatedReader, type ReadAllocated } from './allocated.ts';
import { type BilledUsage, readBilledUsage } from './billed-usage.ts';
import type { ChargesQuestion, DailyCharges } from './charges/daily-charges.ts';
import { withDailyCharges } from './charges/index.ts';
import { type CommitmentEnd, findCommitmentEnds } from './commitment-ends.ts';
import {
  type DailyAmount,
  type DailyQuestion,
  type DailyReach,
  readDailyReach,
  readDailySeries,
} from './daily-series.ts';
import type { RowSelection } from './query.ts';
import type { CostsDeps } from './relations.ts';
import { createCostRoutes } from './routes.ts';

export { formatCsvLine } from '../../platform/csv/index.ts';
export type { AllocatedCosts, ReadAllocated } from './allocated.ts';
export type { BilledUsage, PeriodUsage } from './billed-usage.ts';
export type {
  ChargeCell,
  ChargeCondition,
  ChargesQuestion,
  DailyCharges,
  SliceDay,
} from './charges/daily-charges.ts';
export type { CommitmentEnd } from './commitment-ends.ts';
export type { DailyAmount, DailyQuestion, DailyReach } from './daily-series.ts';
export {
  addItem,
  type ComparedItem,
  computeItemEffects,
  createEmptyEffects,
  type EffectSums,
  isComparable,
  toEffects,
} from './explain/effects.ts';
export { buildExactFilter } from './filters.ts';
export { buildRowSource, type CostRelations } from './query.ts';
export { type AmountToDate, findEarliestDay, findReceivedDays, type SourceBehind } from './received-days.ts';
export { type CostsDeps, createRelations } from './relations.ts';

/** Cost reports over billed rows and their allocation. */
export interface Costs {
  /** Allocated cost of all subjects with the given fields. A charge counts on the day on which it begins. */
  readonly allocatedOver: ReadAllocated;
  /** `allocatedOver` for one request about many subjects: files and the reach of the bills are read once for all of them. Not to be kept. */
  allocatedReader(): ReadAllocated;
  /**
   * Usage per charge period and kind of payment: on demand, by a commitment, as spot. Errors: `invalid_request` for a
   * filter by an allocation dimension, `dimension_unknown`, `bill_delivery_not_found`.
   */
  usageOver(selection: RowSelection): Promise<BilledUsage>;
  /** Allocated cost by day of many groups in one query. */
  dailySeries(question: DailyQuestion): Promise<DailyAmount[]>;
  /** Period that the current bills cover, and the last charge day of each source in the latest month. */
  dailyReach(): Promise<DailyReach>;
  /**
   * Commitments that end in a range of days (`to` is exclusive), and the resulting change of cost; `through`: last
   * whole day of the bills.
   */
  commitmentEnds(question: { from: string; to: string; through: string }): Promise<CommitmentEnd[]>;
  /** Changes whenever a daily amount may have changed. */
  dailyStamp(): Promise<string>;
  /** Runs `work` with any number of queries over daily charges, all on one state of the bill. */
  withDailyCharges<T>(question: ChargesQuestion, work: (charges: DailyCharges) => Promise<T>): Promise<T>;
  readonly routes: readonly Route[];
}

export function createCosts(deps: CostsDeps): Costs {
  return {
    allocatedOver: (...question) => createAllocatedReader(deps)(...question),
    allocatedReader: () => createAllocatedReader(deps),
    usageOver: (selection) => readBilledUsage(deps, selection),
    dailySeries: (question) => readDailySeries(deps, question),
    dailyReach: () => readDailyReach(deps),
    commitmentEnds: (question) => findCommitmentEnds(deps, question),
    dailyStamp: async () => String(await deps.lake.sequence(deps.store, allocatedDaily)),
    withDailyCharges: (question, work) => withDailyCharges(deps, question, work),
    routes: createCostRoutes(deps),
  };
}

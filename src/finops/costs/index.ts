import type { Subject } from '../../org/schema.ts';
import type { Route } from '../../platform/http/index.ts';
import { allocatedDaily, findUnassignablePart } from '../allocation/index.ts';
import type { CostMetric } from '../billing/schema.ts';
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
import { buildExactFilter } from './filters.ts';
import type { RowSelection } from './query.ts';
import { findReceivedDays, type SourceBehind } from './received-days.ts';
import type { CostsDeps } from './relations.ts';
import { createCostRoutes } from './routes.ts';
import { summarise } from './summary.ts';

export { formatCsvLine } from '../../platform/csv/index.ts';
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

/** Charge days ("2026-11-03") in UTC; both ends are inclusive. */
export interface AllocatedRange {
  readonly from: string;
  readonly to: string;
}

/** Allocated cost by charge day. A day without a row cost nothing if a bill covers it. */
export interface AllocatedCosts {
  readonly rows: readonly { readonly day: string; readonly currency: string; readonly amount: string }[];
  /** Days with charges whose cost column is empty in all rows: unknown, not zero. */
  readonly unstatedDays: readonly string[];
  /** Deliveries of each month of the range that a bill covers; cost of other months is unknown, not zero. */
  readonly deliveries: ReadonlyMap<string, readonly string[]>;
  /** Last day with any charge in those months; null without charges. */
  readonly through: string | null;
  /**
   * The part of the subject to which no rule in force can assign cost, so that its cost is unknown; null when there is
   * none.
   */
  readonly unassigned: { readonly field: string; readonly value: string } | null;
  /** Last complete day in the latest of those months (see `receivedDays`); null when no bill determines it. */
  readonly wholeThrough: string | null;
  /** Sources without all charges of the days up to `wholeThrough`. */
  readonly behind: readonly SourceBehind[];
}

/** Cost reports over billed rows and their allocation. */
export interface Costs {
  /** Allocated cost of all subjects with the given fields. A charge counts on the day on which it begins. */
  allocatedOver(subject: Subject, range: AllocatedRange, metric: CostMetric): Promise<AllocatedCosts>;
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

const MONTH_LENGTH = 'YYYY-MM'.length;

export function createCosts(deps: CostsDeps): Costs {
  return {
    allocatedOver: (subject, range, metric) => allocatedOver(deps, subject, range, metric),
    usageOver: (selection) => readBilledUsage(deps, selection),
    dailySeries: (question) => readDailySeries(deps, question),
    dailyReach: () => readDailyReach(deps),
    commitmentEnds: (question) => findCommitmentEnds(deps, question),
    dailyStamp: async () => String(await deps.lake.sequence(deps.store, allocatedDaily)),
    withDailyCharges: (question, work) => withDailyCharges(deps, question, work),
    routes: createCostRoutes(deps),
  };
}

async function allocatedOver(
  deps: CostsDeps,
  subject: Subject,
  { from, to }: AllocatedRange,
  metric: CostMetric,
): Promise<AllocatedCosts> {
  const [first, last] = [from.slice(0, MONTH_LENGTH), to.slice(0, MONTH_LENGTH)];
  const units = (await deps.billing.currentUnits(deps.store)).filter(({ period }) => period >= first && period <= last);
  const deliveries = new Map(
    [...Map.groupBy(units, ({ period }) => period)].map(([period, of]) => [
      period,
      [...new Set(of.map(({ delivery }) => delivery))].toSorted(),
    ]),
  );
  const unassigned = await findUnassignablePart(deps.store, subject);
  if (units.length === 0)
    return { rows: [], unstatedDays: [], deliveries, through: null, wholeThrough: null, behind: [], unassigned };
  const filter = Object.entries(subject).flatMap(([field, value]) =>
    value === undefined ? [] : [buildExactFilter(field, value)],
  );
  const [{ rows }, all, reach] = await Promise.all([
    summarise(deps, ['day'], { metric, from, to, filter }),
    summarise(deps, ['day'], { metric, from: first, to: last, filter: [] }),
    readDailyReach(deps, last),
  ]);
  const received = findReceivedDays(reach);
  const days = all.rows.flatMap(({ day }) => day ?? []).toSorted();
  return {
    rows: rows.flatMap(({ day, currency, amount }) =>
      day == null || currency == null || amount == null ? [] : [{ day, currency, amount }],
    ),
    unstatedDays: rows.flatMap(({ day, amount }) => (day != null && amount === null ? [day] : [])),
    deliveries,
    through: days.at(-1) ?? null,
    unassigned,
    wholeThrough: received?.through ?? null,
    behind: received?.behind ?? [],
  };
}

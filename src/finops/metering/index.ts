import type { Subject } from '../../org/schema.ts';
import type { SubscribesToEvents } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type MeteredUsage, type MeteringDeps, priceUsage } from './priced-usage.ts';
import { createMeteringRoutes } from './routes.ts';
import { parseRunUsage } from './run-usage.ts';
import { type RunningTotal, readRunningTotal } from './running-totals.ts';
import type { UsageInterval } from './schema.ts';
import { type MeteredRuns, type MeteredTotalWithBooks, readMeteredRuns, readMeteredTotal, record } from './service.ts';
import {
  type CountedPredictions,
  findRunsHolding,
  findRunsWithUsage,
  findUsage,
  findUsageOfRuns,
  readPredictionsByDay,
  readUsageFingerprint,
  type UsageMatch,
} from './store.ts';

export { computeAffordableUntil } from './affordable.ts';
export { computeMeteredCost } from './metered-cost.ts';
export { meteringMigrations } from './migrations.ts';
export type { MeteredUsage } from './priced-usage.ts';
export type { RunningTotal } from './running-totals.ts';
export { computeCostPerThousand, listUsedPrices, type MeteredRuns, type MeteredTotalWithBooks } from './service.ts';
export type { CountedPredictions } from './store.ts';

/** Usage intervals times the price book: metered cost, available as usage happens. */
export interface Metering {
  /** Total metered cost of the usage with the given subject fields; clipped to [start, end) Unix ms if given. */
  total(sql: Sql, subject: Subject, within?: { start: number; end: number }): Promise<MeteredTotalWithBooks>;
  /**
   * The cost part of `total`, from a sum that is updated with every recorded interval. The first call for a subject and a
   * window reads all intervals; later calls read none. Errors: `currency_mismatch`.
   */
  runningTotal(sql: Sql, subject: Subject, within: { start: number; end: number }): Promise<RunningTotal>;
  /** Intervals that overlap [start, end) Unix ms, unclipped, each with its cost by the price book; filtered by subject if given. */
  within(sql: Sql, within: { start: number; end: number }, subject?: Subject): Promise<MeteredUsage[]>;
  /** Changes whenever an interval that overlaps [start, end) Unix ms is recorded or replaced. */
  fingerprint(sql: Sql, within: { start: number; end: number }): Promise<string>;
  /** Predictions by day, endpoint and model within [start, end) Unix ms, each interval on the day on which it begins. */
  predictionsByDay(sql: Sql, within: { start: number; end: number }): Promise<CountedPredictions[]>;
  /** Intervals of these runs, unclipped, each with its cost; at most a few hundred runs per call. */
  ofRuns(sql: Sql, runs: readonly string[]): Promise<MeteredUsage[]>;
  /** Total metered cost within [start, end) Unix ms, split into the cost of runs and the cost of all other usage. */
  runsAndOthers(sql: Sql, within: { start: number; end: number }): Promise<MeteredRuns>;
  /** Ids of the runs that used a machine or that have a value in their subject, in order. */
  runsHolding(sql: Sql, held: UsageMatch, limit: number): Promise<string[]>;
  /** Ids of runs that have usage, in order, from after one ('' for the first). */
  runsWithUsage(sql: Sql, after: string, limit: number): Promise<string[]>;
  /**
   * Records intervals in the caller's transaction; an interval replaces the stored one of the same id. Errors:
   * `usage_interval_invalid`.
   */
  record(sql: Sql, intervals: readonly UsageInterval[]): Promise<void>;
  readonly routes: readonly Route[];
}

export function createMetering(deps: MeteringDeps & SubscribesToEvents): Metering {
  deps.events.subscribe('metering', ['run.usage_observed'], async (event) => {
    const usage = parseRunUsage(event);
    if (usage === null) return;
    await deps.store.transaction(async (sql) => {
      const subject = await deps.org.withTeam(sql, usage.subject);
      await record(deps, sql, [{ ...usage, subject }]);
    });
  });
  return {
    total: (sql, subject, within) => readMeteredTotal(deps, sql, subject, { within }),
    runningTotal: (sql, subject, within) => readRunningTotal(deps, sql, subject, within),
    within: async (sql, within, subject = {}) => priceUsage(deps, sql, await findUsage(sql, { subject, within })),
    ofRuns: async (sql, runs) => priceUsage(deps, sql, await findUsageOfRuns(sql, runs)),
    runsAndOthers: (sql, within) => readMeteredRuns(deps, sql, within),
    runsHolding: findRunsHolding,
    runsWithUsage: findRunsWithUsage,
    fingerprint: readUsageFingerprint,
    predictionsByDay: readPredictionsByDay,
    record: async (sql, intervals) => {
      await record(deps, sql, intervals);
    },
    routes: createMeteringRoutes(deps),
  };
}

import type { Sql } from '../../platform/store/index.ts';
import { findMonitors } from '../monitors/index.ts';
import type { Monitor } from '../monitors/schema.ts';
import { type CohortQuestion, type Cohorts, type CohortTables, readCohorts, readEstimates } from './read.ts';

export type { Cohort, CohortMetric, Cohorts } from './read.ts';

/** Quality of versions in traffic, by logged predictions and their labels. */
export interface LiveQualitySource {
  /** The monitor of a model; null: it has none. */
  monitor(sql: Sql, model: string): Promise<Monitor | null>;
  /** Matured cohorts of versions in their common time. */
  cohorts(question: CohortQuestion): Promise<Cohorts>;
  /** Text that changes with the stored predictions and labels. */
  state(): Promise<string>;
  /** Estimated quality of predictions that may still get labels. */
  estimates(question: {
    readonly monitor: Monitor;
    readonly version: string;
    readonly now: number;
  }): ReturnType<typeof readEstimates>;
}

export function createLiveQualitySource(tables: CohortTables): LiveQualitySource {
  return {
    monitor: async (sql, model) => (await findMonitors(sql)).find(({ spec }) => spec.model === model) ?? null,
    cohorts: (question) => readCohorts(tables, question),
    estimates: (question) => readEstimates(tables, question),
    state: async () => `${await tables.predictions.state()} ${await tables.labels.state()}`,
  };
}

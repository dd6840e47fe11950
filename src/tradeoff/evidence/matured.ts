import type { Sql } from '../../platform/store/index.ts';
import { findNewestEventTime, gatherModelValue, measureVersion, type ValueDeps } from '../value/index.ts';
import type { LiveDeps } from './live.ts';

export interface MaturedQuestion {
  readonly model: string;
  readonly versions: readonly string[];
  /** Predictions and outcomes that were matured at this instant; Unix milliseconds. */
  readonly maturedAt: number;
  /** Labels that were known at this instant; Unix milliseconds. */
  readonly knownAt: number;
}

/** Evidence of versions that grows with the traffic, as JSON values that change when it does. */
export interface MaturedEvidence {
  /** Numbers, means and variances of the matured predictions of the versions in their common time; null: the model has no monitor. */
  labels(sql: Sql, question: MaturedQuestion): Promise<unknown>;
  /** Measured value of each version. */
  value(sql: Sql, question: MaturedQuestion): Promise<unknown>;
  /** Text that changes with predictions, labels and outcome events. */
  state(sql: Sql): Promise<string>;
}

export function createMaturedEvidence({
  liveQuality,
  counts,
  sumLabels,
}: Omit<LiveDeps & ValueDeps, 'clock'>): MaturedEvidence {
  return {
    async labels(sql, { model, versions, maturedAt, knownAt }) {
      const monitor = await liveQuality.monitor(sql, model);
      if (monitor === null) return null;
      return (await liveQuality.cohorts({ monitor, versions, now: knownAt, maturedAt })).cohorts;
    },
    async value(sql, { model, versions, maturedAt }) {
      const facts = await gatherModelValue({ clock: { now: () => maturedAt }, counts, sumLabels }, sql, model);
      return versions.map((version) => {
        const { window: _, ...measured } = measureVersion(facts, version);
        return measured;
      });
    },
    state: async (sql) => JSON.stringify([await liveQuality.state(), await findNewestEventTime(sql)]),
  };
}

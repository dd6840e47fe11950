import type { Budgets } from '../../finops/budgets/index.ts';
import type { Monitoring } from '../../mlops/monitoring/index.ts';
import type { Pipelines } from '../../mlops/pipelines/index.ts';
import type { Registry } from '../../mlops/registry/index.ts';
import type { TestSets } from '../../mlops/test-sets/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Decisions } from '../decisions/index.ts';

export interface RetrainingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  /** Trains a candidate and runs the gate. */
  readonly pipelines: Pick<Pipelines, 'runs' | 'data'>;
  readonly monitoring: Pick<Monitoring, 'monitor' | 'counts' | 'measured' | 'retrained'>;
  readonly budgets: Pick<Budgets, 'standing' | 'subjects'>;
  readonly registry: Pick<Registry, 'version' | 'versionByAlias' | 'ownerOf'>;
  /** Logged answers of the champion in the window that triggered a round, and the answers of the candidate to the same predictions. */
  readonly testSets: TestSets;
  readonly decisions: Pick<Decisions, 'taken'>;
}

export const LOOK_AT_ALL = 'retraining.look_at_all';
export const LOOK = 'retraining.look';
export const START = 'retraining.start';

export const formatInstant = (instant: number): string => new Date(instant).toISOString();

/** Enqueues a look at a retraining, once for each reason: a look that is about to end would not see a new one. */
export async function scheduleCheck(
  { jobs }: Pick<RetrainingDeps, 'jobs'>,
  sql: Sql,
  retraining: string,
  because: string,
): Promise<void> {
  await jobs.enqueue(sql, { kind: LOOK, payload: { retraining }, uniqueKey: `${LOOK}:${retraining}:${because}` });
}

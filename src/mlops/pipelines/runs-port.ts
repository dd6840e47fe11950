import type { Sql } from '../../platform/store/index.ts';
import type { PipelineSpec, Scalar } from '../pipeline-definition/schema.ts';
import {
  findRun,
  findStopRequest,
  listRuns,
  listStates,
  type PipelineDeps,
  requestStop,
  requirePipeline,
  requirePipelineRun,
  type StatesOfRun,
  startRun,
} from '../pipeline-runs/index.ts';
import { isOver } from '../pipeline-runs/schema.ts';
import { readPipelineRun, readRunSummaries } from './read.ts';
import type { PipelineRun, PipelineRunSummary } from './schema.ts';

/** A run that another feature of this server requests. */
export interface AskedRun {
  readonly pipeline: string;
  readonly params: Readonly<Record<string, Scalar>>;
  /** Idempotency key: the same key answers the run that was started with it. */
  readonly requestKey: string;
  /** Cause of the run, as text. */
  readonly detail: string;
  readonly actor: string;
  /** Called in the transaction that starts the run; an error from it prevents the start. Not called where the run already exists. */
  readonly within: (sql: Sql, begun: { readonly run: string; readonly number: number }) => Promise<void>;
}

/** Pipelines and their runs, for other features of this server. */
export interface PipelineRuns {
  /** The pipeline as it is applied now. Errors: `pipeline_not_found`. */
  spec(sql: Sql, pipeline: string): Promise<PipelineSpec>;
  /** Starts a run, once per key. Errors: those of `startPipelineRun`. */
  begin(asked: AskedRun): Promise<{ readonly run: string; readonly number: number }>;
  /** Errors: `pipeline_run_not_found`. */
  show(sql: Sql, pipeline: string, run: string): Promise<PipelineRun>;
  /** States of runs and their steps, by id of the run and key of the step; missing runs are omitted. */
  states(sql: Sql, runs: readonly string[]): Promise<ReadonlyMap<string, StatesOfRun>>;
  /** The latest runs of a pipeline, latest first. */
  latest(sql: Sql, pipeline: string, limit: number): Promise<PipelineRunSummary[]>;
  /** Requests the stop of a run, in the caller's transaction. Answers the reason why it cannot stop, or null. Then call `wake`. */
  requestStop(sql: Sql, run: string, by: string): Promise<string | null>;
  /** Account or component that asked a run to stop. Null: no stop was requested, or no such run exists. */
  stopRequestedBy(sql: Sql, run: string): Promise<string | null>;
  wake(run: string): void;
}

export function createPipelineRuns(deps: PipelineDeps, wake: (run: string) => void): PipelineRuns {
  return {
    wake,
    async requestStop(sql, id, by) {
      const run = await findRun(sql, id);
      if (run === null) return `run ${id} no longer exists`;
      if (isOver(run.state)) return `run #${run.number} of "${run.pipeline}" has ended`;
      await requestStop(sql, id, by);
      return null;
    },
    stopRequestedBy: findStopRequest,
    spec: async (sql, pipeline) => (await requirePipeline({ store: sql }, pipeline)).spec,
    async begin({ pipeline, params, requestKey, detail, actor, within }) {
      const { id, number } = await startRun(deps, {
        pipeline,
        params,
        code: null,
        ref: null,
        commit: null,
        requestKey,
        mayRunCode: true,
        cause: { kind: 'retraining', detail },
        actor,
        within: (sql, run, number) => within(sql, { run, number }),
      });
      return { run: id, number };
    },
    show: async (sql, pipeline, run) => readPipelineRun(sql, await requirePipelineRun({ store: sql }, pipeline, run)),
    states: listStates,
    latest: async (sql, pipeline, limit) => readRunSummaries(sql, await listRuns(sql, pipeline, null, limit)),
  };
}

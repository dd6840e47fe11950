import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import type { Money } from '../../platform/units/schema.ts';
import { TreeFile } from '../pipeline-code/index.ts';
import { PipelineSpec, type Scalar } from '../pipeline-definition/schema.ts';
import { KeyParts } from './cache-key.ts';
import { CapacityDecision } from './capacity-decision.ts';
import { RunState, StepState } from './schema.ts';
import { Attempt, StepUsage } from './taken.ts';
import { TrialProgress } from './trial-progress.ts';

/** Cause of a run, for a person and a machine. */
export const Cause = z.strictObject({
  kind: z.enum(['manual', 'resume', 'cron', 'push', 'data', 'event', 'retraining']).describe('Type of the cause'),
  detail: z.string().describe('In words'),
  /** Number of runs before it in a chain of runs that events started; omitted: none. */
  depth: z.number().int().optional(),
});
export type Cause = z.infer<typeof Cause>;

/** Origin of the code of a run: uploaded with the run, read from the repository of its pipeline, or none. */
export const CodeFrom = z.enum(['sent', 'git', 'none']);
export type CodeFrom = z.infer<typeof CodeFrom>;

/** Outputs of a step: files by path, and values by name. */
export const StepOutputs = z.strictObject({ files: z.array(TreeFile), values: z.record(z.string(), z.string()) });
export type StepOutputs = z.infer<typeof StepOutputs>;

export const NO_OUTPUTS: StepOutputs = { files: [], values: {} };

export interface StoredRun {
  readonly id: string;
  readonly pipeline: string;
  readonly number: number;
  readonly state: RunState;
  readonly spec: PipelineSpec;
  readonly params: Readonly<Record<string, Scalar>>;
  /** Digest of its code. */
  readonly code: string;
  readonly codeFrom: CodeFrom;
  readonly commit: string | null;
  readonly cause: Cause;
  readonly resumedFrom: string | null;
  readonly experimentId: number;
  readonly mlflowRun: string;
  readonly requestedBy: string;
  /** Account or component that asked it to stop. */
  readonly stopRequested: string | null;
  readonly createdMs: number;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
}

export interface StoredStep {
  readonly run: string;
  readonly position: number;
  readonly key: string;
  readonly name: string;
  readonly state: StepState;
  readonly reason: string | null;
  readonly attempt: number;
  readonly notBeforeMs: number | null;
  readonly cacheKey: string | null;
  readonly keyParts: KeyParts | null;
  readonly explanation: string | null;
  readonly outputs: StepOutputs;
  readonly mlflowRun: string | null;
  readonly spent: Money | null;
  readonly attempts: readonly Attempt[];
  /** Usage of the running attempt; null while none runs, or no usage is known yet. */
  readonly taken: StepUsage | null;
  /** Capacity decisions, first to last; empty without a deadline. */
  readonly capacity: readonly CapacityDecision[];
  /** Progress of a trial of a sweep. Null: not a trial, or without a value yet. */
  readonly trial: TrialProgress | null;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
}

interface RunRow {
  id: string;
  pipeline: string;
  run_number: number;
  state: string;
  spec: string;
  params: string;
  code: string;
  /** Null for runs of versions that did not keep it. */
  code_from: string | null;
  commit_id: string | null;
  cause: string;
  resumed_from: string | null;
  experiment_id: number;
  mlflow_run: string;
  requested_by: string;
  stop_requested: string | null;
  created_ms: number;
  started_ms: number | null;
  ended_ms: number | null;
}

interface StepRow {
  run: string;
  position: number;
  step_key: string;
  name: string;
  state: string;
  reason: string | null;
  attempt: number;
  not_before_ms: number | null;
  cache_key: string | null;
  key_parts: string | null;
  explanation: string | null;
  outputs: string;
  mlflow_run: string | null;
  spent_amount: string | null;
  spent_currency: string | null;
  attempts: string;
  taken: string | null;
  capacity: string | null;
  trial: string | null;
  started_ms: number | null;
  ended_ms: number | null;
}

export interface RunTables {
  pipeline_run: RunRow;
  pipeline_step: StepRow;
  pipeline_cache: { pipeline: string; step_key: string; cache_key: string; run: string; made_ms: number };
}

/** Rows of one statement: the engines bound the parameters of one. */
const ROWS_AT_ONCE = 500;

export async function insertRun(sql: Sql, run: StoredRun): Promise<void> {
  await sql.tables<RunTables>().insertInto('pipeline_run').values(runRow(run)).execute();
}

export async function saveRun(sql: Sql, run: StoredRun): Promise<void> {
  const { id, ...row } = runRow(run);
  await sql.tables<RunTables>().updateTable('pipeline_run').set(row).where('id', '=', id).execute();
}

/** Writes only the request, so that concurrent writes of the driver are not overwritten. */
export async function requestStop(sql: Sql, id: string, by: string): Promise<void> {
  await sql.tables<RunTables>().updateTable('pipeline_run').set({ stop_requested: by }).where('id', '=', id).execute();
}

/** Account or component that asked a run to stop. Null: no stop was requested. */
export async function findStopRequest(sql: Sql, id: string): Promise<string | null> {
  const query = sql.tables<RunTables>().selectFrom('pipeline_run').select('stop_requested').where('id', '=', id);
  return (await query.executeTakeFirst())?.stop_requested ?? null;
}

export async function findRun(sql: Sql, id: string): Promise<StoredRun | null> {
  const row = await sql
    .tables<RunTables>()
    .selectFrom('pipeline_run')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : parseRunRow(row);
}

export async function findRunByNumber(sql: Sql, pipeline: string, number: number): Promise<StoredRun | null> {
  const query = sql.tables<RunTables>().selectFrom('pipeline_run').selectAll();
  const row = await query.where('pipeline', '=', pipeline).where('run_number', '=', number).executeTakeFirst();
  return row === undefined ? null : parseRunRow(row);
}

/** Latest first, before a number. */
export async function listRuns(sql: Sql, pipeline: string, before: number | null, limit: number): Promise<StoredRun[]> {
  let query = sql.tables<RunTables>().selectFrom('pipeline_run').selectAll().where('pipeline', '=', pipeline);
  if (before !== null) query = query.where('run_number', '<', before);
  return (await query.orderBy('run_number', 'desc').limit(limit).execute()).map(parseRunRow);
}

/** Runs of a pipeline that are not over, oldest first. */
export async function listActiveRuns(sql: Sql, pipeline: string): Promise<StoredRun[]> {
  const query = sql.tables<RunTables>().selectFrom('pipeline_run').selectAll().where('pipeline', '=', pipeline);
  return (await query.where('state', 'in', ['waiting', 'running']).orderBy('run_number').execute()).map(parseRunRow);
}

export async function insertSteps(sql: Sql, steps: readonly StoredStep[]): Promise<void> {
  for (let at = 0; at < steps.length; at += ROWS_AT_ONCE) {
    const rows = steps.slice(at, at + ROWS_AT_ONCE).map(toStepRow);
    await sql.tables<RunTables>().insertInto('pipeline_step').values(rows).execute();
  }
}

export async function saveStep(sql: Sql, step: StoredStep): Promise<void> {
  const { run, step_key, ...row } = toStepRow(step);
  await sql
    .tables<RunTables>()
    .updateTable('pipeline_step')
    .set(row)
    .where('run', '=', run)
    .where('step_key', '=', step_key)
    .execute();
}

/** Id of the latest pipeline run with a step that has this MLflow run. Null: none. */
export async function findPipelineRun(sql: Sql, mlflowRun: string): Promise<string | null> {
  const row = await sql
    .tables<RunTables>()
    .selectFrom('pipeline_step')
    .innerJoin('pipeline_run', 'pipeline_run.id', 'pipeline_step.run')
    .select('pipeline_run.id')
    .where('pipeline_step.mlflow_run', '=', mlflowRun)
    .orderBy('pipeline_run.created_ms', 'desc')
    .executeTakeFirst();
  return row?.id ?? null;
}

export async function listSteps(sql: Sql, run: string): Promise<StoredStep[]> {
  const query = sql.tables<RunTables>().selectFrom('pipeline_step').selectAll().where('run', '=', run);
  return (await query.orderBy('position').execute()).map(parseStepRow);
}

/** Steps of many runs, for lists: without outputs. */
export async function listStepSummaries(sql: Sql, runs: readonly string[]) {
  if (runs.length === 0) return [];
  const query = sql.tables<RunTables>().selectFrom('pipeline_step');
  const rows = await query
    .select(['run', 'state', 'mlflow_run', 'spent_amount', 'spent_currency'])
    .where('run', 'in', [...runs])
    .execute();
  return rows.map(({ run, state, mlflow_run, spent_amount, spent_currency }) => ({
    run,
    state: StepState.parse(state),
    mlflowRun: mlflow_run,
    spent: toMoney(spent_amount, spent_currency),
  }));
}

export async function saveCached(
  sql: Sql,
  pipeline: string,
  { key, cacheKey, run }: Pick<StoredStep, 'key' | 'cacheKey' | 'run'>,
  at: number,
): Promise<void> {
  if (cacheKey === null) return;
  const row = { pipeline, step_key: key, cache_key: cacheKey, run, made_ms: at };
  await sql
    .tables<RunTables>()
    .insertInto('pipeline_cache')
    .values(row)
    .onConflict((conflict) => conflict.columns(['pipeline', 'step_key', 'cache_key']).doUpdateSet({ run, made_ms: at }))
    .execute();
}

function runRow(run: StoredRun): RunRow {
  return {
    id: run.id,
    pipeline: run.pipeline,
    run_number: run.number,
    state: run.state,
    spec: JSON.stringify(run.spec),
    params: JSON.stringify(run.params),
    code: run.code,
    code_from: run.codeFrom,
    commit_id: run.commit,
    cause: JSON.stringify(run.cause),
    resumed_from: run.resumedFrom,
    experiment_id: run.experimentId,
    mlflow_run: run.mlflowRun,
    requested_by: run.requestedBy,
    stop_requested: run.stopRequested,
    created_ms: run.createdMs,
    started_ms: run.startedMs,
    ended_ms: run.endedMs,
  };
}

const Params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

function parseRunRow(row: RunRow): StoredRun {
  return {
    id: row.id,
    pipeline: row.pipeline,
    number: row.run_number,
    state: RunState.parse(row.state),
    spec: PipelineSpec.parse(JSON.parse(row.spec)),
    params: Params.parse(JSON.parse(row.params)),
    code: row.code,
    // Default for rows without a value. The safe choice: such a run resumes with the applied document.
    codeFrom: row.code_from === null ? 'sent' : CodeFrom.parse(row.code_from),
    commit: row.commit_id,
    cause: Cause.parse(JSON.parse(row.cause)),
    resumedFrom: row.resumed_from,
    experimentId: row.experiment_id,
    mlflowRun: row.mlflow_run,
    requestedBy: row.requested_by,
    stopRequested: row.stop_requested,
    createdMs: row.created_ms,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
  };
}

function toStepRow(step: StoredStep): StepRow {
  return {
    run: step.run,
    position: step.position,
    step_key: step.key,
    name: step.name,
    state: step.state,
    reason: step.reason,
    attempt: step.attempt,
    not_before_ms: step.notBeforeMs,
    cache_key: step.cacheKey,
    key_parts: step.keyParts === null ? null : JSON.stringify(step.keyParts),
    explanation: step.explanation,
    outputs: JSON.stringify(step.outputs),
    mlflow_run: step.mlflowRun,
    spent_amount: step.spent?.amount ?? null,
    spent_currency: step.spent?.currency ?? null,
    attempts: JSON.stringify(step.attempts),
    taken: step.taken === null ? null : JSON.stringify(step.taken),
    capacity: step.capacity.length === 0 ? null : JSON.stringify(step.capacity),
    trial: step.trial === null ? null : JSON.stringify(step.trial),
    started_ms: step.startedMs,
    ended_ms: step.endedMs,
  };
}

export function parseStepRow(row: StepRow): StoredStep {
  return {
    run: row.run,
    position: row.position,
    key: row.step_key,
    name: row.name,
    state: StepState.parse(row.state),
    reason: row.reason,
    attempt: row.attempt,
    notBeforeMs: row.not_before_ms,
    cacheKey: row.cache_key,
    keyParts: row.key_parts === null ? null : KeyParts.parse(JSON.parse(row.key_parts)),
    explanation: row.explanation,
    outputs: StepOutputs.parse(JSON.parse(row.outputs)),
    mlflowRun: row.mlflow_run,
    spent: toMoney(row.spent_amount, row.spent_currency),
    attempts: z.array(Attempt).parse(JSON.parse(row.attempts)),
    taken: row.taken === null ? null : StepUsage.parse(JSON.parse(row.taken)),
    capacity: row.capacity === null ? [] : z.array(CapacityDecision).parse(JSON.parse(row.capacity)),
    trial: row.trial === null ? null : TrialProgress.parse(JSON.parse(row.trial)),
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
  };
}

function toMoney(amount: string | null, currency: string | null): Money | null {
  return amount === null || currency === null ? null : { amount, currency };
}

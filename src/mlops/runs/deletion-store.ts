import { type QueryExecutorProvider, sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { splitIntoChunks } from './key-value-store.ts';
import type { RunCostTables } from './run-cost/store.ts';
import type { TrackingTables } from './tables.ts';

export const deletedKinds = ['run', 'logged-model', 'experiment'] as const;
export type DeletedKind = (typeof deletedKinds)[number];

export interface DeletionTables {
  deletion: {
    kind: DeletedKind;
    id: string;
    /** Milliseconds since the Unix epoch. */
    deleted_at: number;
  };
}

type Tables = TrackingTables & DeletionTables;

export interface Deleted {
  readonly kind: DeletedKind;
  readonly id: string;
  readonly name: string;
  readonly experimentId: number;
  /** Milliseconds since the Unix epoch. */
  readonly deletedAt: number;
  /** null for an experiment: only its runs have artifacts. */
  readonly artifactUri: string | null;
}

/** Notes that these are deleted now. */
export async function noteDeleted(sql: Sql, kind: DeletedKind, ids: readonly string[], at: number): Promise<void> {
  for (const part of splitIntoChunks(ids, 1000)) {
    const rows = part.map((id) => ({ kind, id, deleted_at: at }));
    const query = sql.tables<Tables>().insertInto('deletion').values(rows);
    await query.onConflict((of) => of.columns(['kind', 'id']).doUpdateSet({ deleted_at: at })).execute();
  }
}

export async function forgetDeleted(sql: Sql, kind: DeletedKind, ids: readonly string[]): Promise<void> {
  for (const part of splitIntoChunks(ids, 1000)) {
    await sql.tables<Tables>().deleteFrom('deletion').where('kind', '=', kind).where('id', 'in', part).execute();
  }
}

const entities = [
  ['run', 'run', 'run_id'],
  ['logged_model', 'logged-model', 'model_id'],
  ['experiment', 'experiment', 'experiment_id'],
] as const;

/** Notes all that is deleted without a time. `database` may be a migration's. */
export async function noteMissing(database: QueryExecutorProvider, at: number): Promise<void> {
  for (const [table, kind, column] of entities) {
    await raw`insert into deletion (kind, id, deleted_at)
      select cast(${kind} as text), cast(${raw.ref(column)} as text), cast(${at} as bigint)
      from ${raw.table(table)} where lifecycle_stage = 'deleted'
      on conflict do nothing`.execute(database);
  }
}

/** True when it is deleted, and was at `until` or before. */
export async function isDeleted(
  sql: Sql,
  kind: Exclude<DeletedKind, 'experiment'>,
  id: string,
  until: number,
): Promise<boolean> {
  const page = { kind, until, experimentId: null, after: null, limit: 1 };
  const found = kind === 'run' ? listDeletedRuns(sql, page, id) : listDeletedModels(sql, page, id);
  return (await found).length === 1;
}

export interface DeletedQuery {
  readonly kind: DeletedKind;
  /** Only objects deleted at or before this time; null: all. */
  readonly until: number | null;
  /** Only of this experiment; null: all. */
  readonly experimentId: number | null;
  /** Position of the end of the previous page; null for the first. */
  readonly after: { readonly deletedAt: number; readonly id: string } | null;
  readonly limit: number;
}

/** Deleted first, oldest first. */
export async function listDeleted(sql: Sql, query: DeletedQuery): Promise<Deleted[]> {
  if (query.kind === 'run') return listDeletedRuns(sql, query);
  return query.kind === 'logged-model' ? listDeletedModels(sql, query) : listDeletedExperiments(sql, query);
}

/** Deletions of one kind that match the query, in order. */
function selectDeletions(sql: Sql, { kind, until, after, limit }: DeletedQuery) {
  let found = sql.tables<Tables>().selectFrom('deletion').where('deletion.kind', '=', kind);
  if (until !== null) found = found.where('deletion.deleted_at', '<=', until);
  if (after !== null) {
    found = found.where((eb) =>
      eb.or([
        eb('deletion.deleted_at', '>', after.deletedAt),
        eb.and([eb('deletion.deleted_at', '=', after.deletedAt), eb('deletion.id', '>', after.id)]),
      ]),
    );
  }
  return found.orderBy('deletion.deleted_at').orderBy('deletion.id').limit(limit);
}

async function listDeletedRuns(sql: Sql, query: DeletedQuery, id?: string): Promise<Deleted[]> {
  let found = selectDeletions(sql, query)
    .innerJoin('run', 'run.run_id', 'deletion.id')
    .where('run.lifecycle_stage', '=', 'deleted')
    .select(['deletion.id', 'deletion.deleted_at', 'run.run_name', 'run.experiment_id', 'run.artifact_uri']);
  if (query.experimentId !== null) found = found.where('run.experiment_id', '=', query.experimentId);
  if (id !== undefined) found = found.where('run.run_id', '=', id);
  return (await found.execute()).map((row) => ({
    kind: 'run',
    id: row.id,
    name: row.run_name,
    experimentId: row.experiment_id,
    deletedAt: row.deleted_at,
    artifactUri: row.artifact_uri,
  }));
}

async function listDeletedModels(sql: Sql, query: DeletedQuery, id?: string): Promise<Deleted[]> {
  let found = selectDeletions(sql, query)
    .innerJoin('logged_model', 'logged_model.model_id', 'deletion.id')
    .where('logged_model.lifecycle_stage', '=', 'deleted')
    .select(['deletion.id', 'deletion.deleted_at', 'logged_model.name'])
    .select(['logged_model.experiment_id', 'logged_model.artifact_uri']);
  if (query.experimentId !== null) found = found.where('logged_model.experiment_id', '=', query.experimentId);
  if (id !== undefined) found = found.where('logged_model.model_id', '=', id);
  return (await found.execute()).map((row) => ({
    kind: 'logged-model',
    id: row.id,
    name: row.name,
    experimentId: row.experiment_id,
    deletedAt: row.deleted_at,
    artifactUri: row.artifact_uri,
  }));
}

async function listDeletedExperiments(sql: Sql, query: DeletedQuery): Promise<Deleted[]> {
  let found = selectDeletions(sql, query)
    .innerJoin('experiment', (join) =>
      join.on((eb) => eb(eb.cast<string>('experiment.experiment_id', 'text'), '=', eb.ref('deletion.id'))),
    )
    .where('experiment.lifecycle_stage', '=', 'deleted')
    .select(['deletion.id', 'deletion.deleted_at', 'experiment.name', 'experiment.experiment_id']);
  if (query.experimentId !== null) found = found.where('experiment.experiment_id', '=', query.experimentId);
  return (await found.execute()).map((row) => ({
    kind: 'experiment',
    id: row.id,
    name: row.name,
    experimentId: row.experiment_id,
    deletedAt: row.deleted_at,
    artifactUri: null,
  }));
}

/** Samples of metrics that are stored of each; those without any are left out. */
export async function countSamples(sql: Sql, kind: DeletedKind, ids: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  if (kind === 'experiment') return counts;
  for (const part of splitIntoChunks(ids, 1000)) {
    const tables = sql.tables<Tables>();
    const rows =
      kind === 'run'
        ? await tables
            .selectFrom('metric')
            .select((eb) => ['run_id as id', eb.fn.countAll<number>().as('samples')])
            .where('run_id', 'in', part)
            .groupBy('run_id')
            .execute()
        : await tables
            .selectFrom('logged_model_metric')
            .select((eb) => ['model_id as id', eb.fn.countAll<number>().as('samples')])
            .where('model_id', 'in', part)
            .groupBy('model_id')
            .execute();
    for (const { id, samples } of rows) counts.set(id, samples);
  }
  return counts;
}

const runTables = [
  'metric',
  'latest_metric',
  'param',
  'tag',
  'dataset_input',
  'dataset_input_tag',
  'model_input',
  'model_output',
  'run_gpu_usage',
  'run_cost',
  'run_cost',
  'run',
] as const;

const modelTables = [
  'logged_model_metric',
  'logged_model_param',
  'logged_model_tag',
  'model_input',
  'model_output',
  'logged_model',
] as const;

/** Removes every row of a run; of the experiment's datasets only its links. */
export async function eraseRun(sql: Sql, runId: string): Promise<void> {
  const tables = sql.tables<Tables & RunCostTables>();
  for (const table of runTables) await tables.deleteFrom(table).where('run_id', '=', runId).execute();
  await forgetDeleted(sql, 'run', [runId]);
}

export async function eraseLoggedModel(sql: Sql, modelId: string): Promise<void> {
  const tables = sql.tables<Tables>();
  for (const table of modelTables) await tables.deleteFrom(table).where('model_id', '=', modelId).execute();
  await forgetDeleted(sql, 'logged-model', [modelId]);
}

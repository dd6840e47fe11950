import { randomUUID } from 'node:crypto';
import { sql as raw } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import { isAmong, type Sql } from '../../platform/store/index.ts';
import { splitIntoChunks } from './key-value-store.ts';
import { buildInheritedOwnerCondition } from './owner-condition.ts';
import type { TrackingTables } from './tables.ts';
import type { Dataset, DatasetInput, ModelOutput } from './types.ts';

/** Inputs and outputs of runs: datasets in, logged models in and out. */

/** Id of the dataset in its experiment, the same for the same name and digest. The first write defines the dataset. */
export async function ensureDataset(sql: Sql, experimentId: number, dataset: Dataset): Promise<string> {
  const tables = sql.tables<TrackingTables>();
  await tables
    .insertInto('dataset')
    .values({
      dataset_id: randomUUID().replaceAll('-', ''),
      experiment_id: experimentId,
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: dataset.schema,
      profile: dataset.profile,
    })
    .onConflict((of) => of.columns(['experiment_id', 'name', 'digest']).doNothing())
    .execute();
  const row = await tables
    .selectFrom('dataset')
    .select('dataset_id')
    .where('experiment_id', '=', experimentId)
    .where('name', '=', dataset.name)
    .where('digest', '=', dataset.digest)
    .executeTakeFirstOrThrow();
  return row.dataset_id;
}

/** Links a dataset to a run; a dataset already linked to the run keeps its first tags. */
export async function insertDatasetInput(
  sql: Sql,
  runId: string,
  datasetId: string,
  input: DatasetInput,
): Promise<void> {
  const tables = sql.tables<TrackingTables>();
  const inserted = await tables
    .insertInto('dataset_input')
    .values((eb) => ({
      run_id: runId,
      dataset_id: datasetId,
      position: eb
        .selectFrom('dataset_input')
        .select((of) => of.fn.countAll<number>().as('position'))
        .where('run_id', '=', runId),
    }))
    .onConflict((of) => of.columns(['run_id', 'dataset_id']).doNothing())
    .executeTakeFirst();
  if (inserted.numInsertedOrUpdatedRows !== 1n) return;
  for (const { key, value } of new Map(input.tags.map((tag) => [tag.key, tag])).values()) {
    await tables.insertInto('dataset_input_tag').values({ run_id: runId, dataset_id: datasetId, key, value }).execute();
  }
}

export async function insertModelInputs(sql: Sql, runId: string, modelIds: readonly string[]): Promise<void> {
  for (const modelId of modelIds) {
    await sql
      .tables<TrackingTables>()
      .insertInto('model_input')
      .values((eb) => ({
        run_id: runId,
        model_id: modelId,
        position: eb
          .selectFrom('model_input')
          .select((of) => of.fn.countAll<number>().as('position'))
          .where('run_id', '=', runId),
      }))
      .onConflict((of) => of.columns(['run_id', 'model_id']).doNothing())
      .execute();
  }
}

export async function upsertModelOutputs(sql: Sql, runId: string, outputs: readonly ModelOutput[]): Promise<void> {
  for (const { modelId, step } of outputs) {
    await sql
      .tables<TrackingTables>()
      .insertInto('model_output')
      .values((eb) => ({
        run_id: runId,
        model_id: modelId,
        step,
        position: eb
          .selectFrom('model_output')
          .select((of) => of.fn.countAll<number>().as('position'))
          .where('run_id', '=', runId),
      }))
      .onConflict((of) => of.columns(['run_id', 'model_id']).doUpdateSet({ step }))
      .execute();
  }
}

export async function findDatasetInputs(sql: Sql, runIds: readonly string[]): Promise<Map<string, DatasetInput[]>> {
  const byRun = new Map<string, DatasetInput[]>();
  for (const ids of splitIntoChunks(runIds, 1000)) {
    const tags = await findDatasetTags(sql, ids);
    const rows = await sql
      .tables<TrackingTables>()
      .selectFrom('dataset_input')
      .innerJoin('dataset', 'dataset.dataset_id', 'dataset_input.dataset_id')
      .selectAll('dataset')
      .select('dataset_input.run_id')
      .where(isAmong(sql, 'dataset_input.run_id', ids))
      .orderBy('dataset_input.position')
      .execute();
    for (const row of rows) {
      const { name, digest, source, schema, profile } = row;
      const dataset = { name, digest, sourceType: row.source_type, source, schema, profile };
      const input = { dataset, tags: tags.get(`${row.run_id} ${row.dataset_id}`) ?? [] };
      byRun.set(row.run_id, [...(byRun.get(row.run_id) ?? []), input]);
    }
  }
  return byRun;
}

async function findDatasetTags(sql: Sql, runIds: readonly string[]): Promise<Map<string, DatasetInput['tags']>> {
  const query = sql.tables<TrackingTables>().selectFrom('dataset_input_tag').selectAll();
  const rows = await query
    .where(isAmong(sql, 'run_id', runIds))
    .orderBy('key')
    .execute();
  const grouped = Map.groupBy(rows, (row) => `${row.run_id} ${row.dataset_id}`);
  return new Map([...grouped].map(([key, group]) => [key, group.map((row) => ({ key: row.key, value: row.value }))]));
}

export interface ModelLinks {
  readonly inputs: ReadonlyMap<string, string[]>;
  readonly outputs: ReadonlyMap<string, ModelOutput[]>;
}

export async function findModelLinks(sql: Sql, runIds: readonly string[]): Promise<ModelLinks> {
  const inputs = new Map<string, string[]>(runIds.map((runId) => [runId, []]));
  const outputs = new Map<string, ModelOutput[]>(runIds.map((runId) => [runId, []]));
  const tables = sql.tables<TrackingTables>();
  for (const ids of splitIntoChunks(runIds, 1000)) {
    const read = await tables
      .selectFrom('model_input')
      .selectAll()
      .where(isAmong(sql, 'run_id', ids))
      .orderBy('position')
      .execute();
    for (const row of read) inputs.get(row.run_id)?.push(row.model_id);
    const made = await tables
      .selectFrom('model_output')
      .selectAll()
      .where(isAmong(sql, 'run_id', ids))
      .orderBy('position')
      .execute();
    for (const row of made) outputs.get(row.run_id)?.push({ modelId: row.model_id, step: row.step });
  }
  return { inputs, outputs };
}

export interface DatasetSummary {
  readonly experimentId: number;
  readonly name: string;
  readonly digest: string;
  readonly context: string | null;
}

const MAX_SUMMARIES = 1000;
const INPUT_OWNER = { runId: raw.ref('dataset_input.run_id'), experimentId: raw.ref('dataset.experiment_id') };

/** Datasets of these experiments that runs of these owners read; null: that any run read. */
export async function listDatasetSummaries(
  sql: Sql,
  experimentIds: readonly number[],
  owners: OwnerLimit | null,
): Promise<DatasetSummary[]> {
  let query = sql
    .tables<TrackingTables>()
    .selectFrom('dataset')
    .innerJoin('dataset_input', 'dataset_input.dataset_id', 'dataset.dataset_id')
    .leftJoin('dataset_input_tag', (join) =>
      join
        .onRef('dataset_input_tag.run_id', '=', 'dataset_input.run_id')
        .onRef('dataset_input_tag.dataset_id', '=', 'dataset_input.dataset_id')
        .on('dataset_input_tag.key', '=', 'mlflow.data.context'),
    )
    .select(['dataset.experiment_id', 'dataset.name', 'dataset.digest', 'dataset_input_tag.value as context'])
    .distinct()
    .where('dataset.experiment_id', 'in', experimentIds)
    .orderBy('dataset.experiment_id')
    .orderBy('dataset.name')
    .orderBy('dataset.digest')
    .limit(MAX_SUMMARIES);
  if (owners !== null) query = query.where(buildInheritedOwnerCondition(owners, INPUT_OWNER));
  const rows = await query.execute();
  return rows.map(({ experiment_id, ...row }) => ({ experimentId: experiment_id, ...row }));
}

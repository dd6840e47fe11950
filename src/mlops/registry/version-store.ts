import type { Selectable } from 'kysely';
import { isAmong, type Sql } from '../../platform/store/index.ts';
import type { RegistryTables, Stage } from './tables.ts';
import type { KeyValue, ModelVersion } from './types.ts';

const MAX_VERSIONS_OF_A_RUN = 100;

/** A row as it is read, with the columns that are measured later. */
export type StoredVersionRow = Selectable<RegistryTables['model_version']>;

export type VersionRow = Omit<RegistryTables['model_version'], 'artifact_digest' | 'artifact_files' | 'artifact_bytes'>;

export async function insertVersion(sql: Sql, row: VersionRow, tags: readonly KeyValue[]): Promise<void> {
  await sql.tables<RegistryTables>().insertInto('model_version').values(row).execute();
  for (const tag of tags) await upsertVersionTag(sql, row.model, row.version, tag);
}

export async function findVersion(sql: Sql, model: string, version: number): Promise<ModelVersion | null> {
  const query = sql.tables<RegistryTables>().selectFrom('model_version').selectAll();
  const rows = await query.where('model', '=', model).where('version', '=', version).execute();
  const [found] = await findVersionDetails(sql, rows);
  return found ?? null;
}

/** All versions of a model, newest first. */
export async function listVersions(sql: Sql, model: string): Promise<ModelVersion[]> {
  const query = sql.tables<RegistryTables>().selectFrom('model_version').selectAll().where('model', '=', model);
  return findVersionDetails(sql, await query.orderBy('version', 'desc').execute());
}

/** Versions that name a run as their source, newest first; at most 100. */
export async function listVersionsOfRun(sql: Sql, runId: string): Promise<ModelVersion[]> {
  const query = sql.tables<RegistryTables>().selectFrom('model_version').selectAll().where('run_id', '=', runId);
  return findVersionDetails(
    sql,
    await query.orderBy('creation_timestamp', 'desc').limit(MAX_VERSIONS_OF_A_RUN).execute(),
  );
}

/** Names of the versions that name one of these runs as their source. */
export async function listVersionNamesOfRuns(
  sql: Sql,
  runIds: readonly string[],
): Promise<{ runId: string; model: string; version: string }[]> {
  const query = sql.tables<RegistryTables>().selectFrom('model_version').select(['run_id', 'model', 'version']);
  const rows = await query
    .where(isAmong(sql, 'run_id', runIds))
    .orderBy('model')
    .orderBy('version')
    .execute();
  return rows.map(({ run_id, model, version }) => ({ runId: run_id ?? '', model, version: String(version) }));
}

/** Versions of a logged model, newest first; at most 100. */
export async function listVersionsOfLoggedModel(sql: Sql, modelId: string): Promise<ModelVersion[]> {
  const query = sql.tables<RegistryTables>().selectFrom('model_version').selectAll().where('model_id', '=', modelId);
  return findVersionDetails(
    sql,
    await query.orderBy('creation_timestamp', 'desc').limit(MAX_VERSIONS_OF_A_RUN).execute(),
  );
}

export async function countVersions(sql: Sql, models: readonly string[]): Promise<Map<string, number>> {
  if (models.length === 0) return new Map();
  const rows = await sql
    .tables<RegistryTables>()
    .selectFrom('model_version')
    .select((eb) => ['model', eb.fn.countAll<number>().as('count')])
    .where('model', 'in', models)
    .groupBy('model')
    .execute();
  return new Map(rows.map((row) => [row.model, row.count]));
}

export async function updateVersion(
  sql: Sql,
  model: string,
  version: number,
  change: Partial<Pick<VersionRow, 'description' | 'current_stage'>> & { readonly last_updated_timestamp: number },
): Promise<void> {
  await sql
    .tables<RegistryTables>()
    .updateTable('model_version')
    .set(change)
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
}

/** Moves every other version of a stage to Archived. */
export async function archiveOthers(
  sql: Sql,
  model: string,
  version: number,
  stage: Stage,
  now: number,
): Promise<void> {
  await sql
    .tables<RegistryTables>()
    .updateTable('model_version')
    .set({ current_stage: 'Archived', last_updated_timestamp: now })
    .where('model', '=', model)
    .where('version', '!=', version)
    .where('current_stage', '=', stage)
    .execute();
}

/** Removes a version with its tags; returns the aliases that pointed to it, which go too. */
export async function deleteVersion(sql: Sql, model: string, version: number): Promise<string[]> {
  const tables = sql.tables<RegistryTables>();
  await tables.deleteFrom('model_version').where('model', '=', model).where('version', '=', version).execute();
  await tables.deleteFrom('model_version_tag').where('model', '=', model).where('version', '=', version).execute();
  const aliases = await tables
    .deleteFrom('model_alias')
    .where('model', '=', model)
    .where('version', '=', version)
    .returning('alias')
    .execute();
  return aliases.map((row) => row.alias);
}

export async function upsertVersionTag(sql: Sql, model: string, version: number, tag: KeyValue): Promise<void> {
  const { key, value } = tag;
  await sql
    .tables<RegistryTables>()
    .insertInto('model_version_tag')
    .values({ model, version, key, value })
    .onConflict((of) => of.columns(['model', 'version', 'key']).doUpdateSet({ value }))
    .execute();
}

/** True when there was such a tag. */
export async function deleteVersionTag(sql: Sql, model: string, version: number, key: string): Promise<boolean> {
  const query = sql.tables<RegistryTables>().deleteFrom('model_version_tag');
  const ofVersion = query.where('model', '=', model).where('version', '=', version).where('key', '=', key);
  return (await ofVersion.executeTakeFirst()).numDeletedRows > 0n;
}

/** The newest version of each stage of each model, in the order of the stages' versions. */
export async function findNewestOfEachStage(sql: Sql, models: readonly string[]): Promise<ModelVersion[]> {
  const tables = sql.tables<RegistryTables>();
  const newest = tables
    .selectFrom('model_version')
    .select((eb) => ['model', eb.fn.max('version').as('version'), eb.fn.min('version').as('first')])
    .where('model', 'in', models)
    .groupBy(['model', 'current_stage']);
  const rows = await tables
    .selectFrom('model_version')
    .innerJoin(newest.as('newest'), (join) =>
      join.onRef('newest.model', '=', 'model_version.model').onRef('newest.version', '=', 'model_version.version'),
    )
    .selectAll('model_version')
    .orderBy('model_version.model')
    // MLflow lists the stages in the order in which versions first enter them.
    .orderBy('newest.first')
    .execute();
  return findVersionDetails(sql, rows);
}

export async function findAlias(sql: Sql, model: string, alias: string): Promise<number | null> {
  const query = sql.tables<RegistryTables>().selectFrom('model_alias').select('version');
  const row = await query.where('model', '=', model).where('alias', '=', alias).executeTakeFirst();
  return row?.version ?? null;
}

export async function upsertAlias(sql: Sql, model: string, alias: string, version: number): Promise<void> {
  await sql
    .tables<RegistryTables>()
    .insertInto('model_alias')
    .values({ model, alias, version })
    .onConflict((of) => of.columns(['model', 'alias']).doUpdateSet({ version }))
    .execute();
}

export async function deleteAlias(sql: Sql, model: string, alias: string): Promise<void> {
  const query = sql.tables<RegistryTables>().deleteFrom('model_alias');
  await query.where('model', '=', model).where('alias', '=', alias).execute();
}

/** Versions per select statement. */
const VERSIONS_A_STATEMENT = 500;

/** Versions with their tags and aliases, in the order given. */
export async function findVersionDetails(sql: Sql, rows: readonly StoredVersionRow[]): Promise<ModelVersion[]> {
  const found: ModelVersion[] = [];
  for (let start = 0; start < rows.length; start += VERSIONS_A_STATEMENT) {
    found.push(...(await findVersionChunk(sql, rows.slice(start, start + VERSIONS_A_STATEMENT))));
  }
  return found;
}

async function findVersionChunk(sql: Sql, rows: readonly StoredVersionRow[]): Promise<ModelVersion[]> {
  const tables = sql.tables<RegistryTables>();
  const [models, numbers] = [listDistinct(rows.map((row) => row.model)), listDistinct(rows.map((row) => row.version))];
  // Rows of other pairs may be included; no lookup uses them.
  const tagRows = tables.selectFrom('model_version_tag').selectAll().where('model', 'in', models);
  const tags = await tagRows.where('version', 'in', numbers).orderBy('key').execute();
  const aliasRows = tables.selectFrom('model_alias').selectAll().where('model', 'in', models);
  const aliases = await aliasRows.where('version', 'in', numbers).orderBy('alias').execute();
  const of = (row: { model: string; version: number }) => `${row.version} ${row.model}`;
  const tagsOf = Map.groupBy(tags, of);
  const aliasesOf = Map.groupBy(aliases, of);
  return rows.map((row) => ({
    model: row.model,
    version: row.version,
    creationTimestamp: row.creation_timestamp,
    lastUpdatedTimestamp: row.last_updated_timestamp,
    description: row.description,
    stage: row.current_stage,
    source: row.source,
    storageLocation: row.storage_location,
    runId: row.run_id,
    runLink: row.run_link,
    modelId: row.model_id,
    files: toFiles(row),
    tags: (tagsOf.get(of(row)) ?? []).map(({ key, value }) => ({ key, value })),
    aliases: (aliasesOf.get(of(row)) ?? []).map((alias) => alias.alias),
  }));
}

function toFiles(row: StoredVersionRow): ModelVersion['files'] {
  const { artifact_digest: digest, artifact_files: count, artifact_bytes: sizeBytes } = row;
  return digest === null || count === null || sizeBytes === null ? null : { digest, count, sizeBytes };
}

function listDistinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

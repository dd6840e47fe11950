import type { ExpressionBuilder } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { buildModelOwnerCondition } from '../runs/index.ts';
import { TEAM_TAG } from '../tracking/index.ts';
import type { RegistryTables } from './tables.ts';
import type { Alias, KeyValue, RegisteredModel } from './types.ts';
import { findNewestOfEachStage } from './version-store.ts';

export const PROMPT_TAG = 'mlflow.prompt.is_prompt';

type ModelRow = RegistryTables['registered_model'];

export async function insertModel(sql: Sql, row: ModelRow): Promise<void> {
  await sql.tables<RegistryTables>().insertInto('registered_model').values(row).execute();
}

export async function findModel(sql: Sql, name: string): Promise<RegisteredModel | null> {
  const query = sql.tables<RegistryTables>().selectFrom('registered_model').selectAll().where('name', '=', name);
  const [model] = await findModelDetails(sql, await query.execute());
  return model ?? null;
}

export async function hasModel(sql: Sql, name: string): Promise<boolean> {
  const query = sql.tables<RegistryTables>().selectFrom('registered_model').select('name').where('name', '=', name);
  return (await query.executeTakeFirst()) !== undefined;
}

export interface ModelSelection {
  /** Name of the last model of the page before; null: the first page. */
  readonly after: string | null;
  /** undefined: of all teams. */
  readonly team: string | undefined;
  /** Only models of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
  readonly limit: number;
}

/** Registered models by name, without prompts. */
export async function pageModels(sql: Sql, { after, team, owners, limit }: ModelSelection): Promise<RegisteredModel[]> {
  let query = sql.tables<RegistryTables>().selectFrom('registered_model').selectAll().where(isNoPrompt);
  if (after !== null) query = query.where('name', '>', after);
  if (team !== undefined) {
    query = query.where('name', 'in', (eb) =>
      eb.selectFrom('registered_model_tag').select('model').where('key', '=', TEAM_TAG).where('value', '=', team),
    );
  }
  if (owners !== null) query = query.where(buildModelOwnerCondition('registered_model.name', owners));
  return findModelDetails(sql, await query.orderBy('name').limit(limit).execute());
}

/** MLflow stores prompts as models with this tag. */
function isNoPrompt(eb: ExpressionBuilder<RegistryTables, 'registered_model'>) {
  const prompts = eb.selectFrom('registered_model_tag').select('model').where('key', '=', PROMPT_TAG);
  return eb('name', 'not in', prompts.where('value', '=', 'true'));
}

/** Names of the registered models of these owners (null: of all), in order. */
export async function listModelNames(sql: Sql, limit: number, owners: OwnerLimit | null = null): Promise<string[]> {
  let query = sql.tables<RegistryTables>().selectFrom('registered_model').select('name').orderBy('name').limit(limit);
  if (owners !== null) query = query.where(buildModelOwnerCondition('registered_model.name', owners));
  return (await query.execute()).map(({ name }) => name);
}

export async function updateModel(
  sql: Sql,
  name: string,
  change: Partial<Pick<ModelRow, 'description'>> & { readonly last_updated_timestamp: number },
): Promise<void> {
  await sql.tables<RegistryTables>().updateTable('registered_model').set(change).where('name', '=', name).execute();
}

/** The next version number of a model; one that was given is never given again, its deletion included. */
export async function takeVersionNumber(sql: Sql, name: string, now: number): Promise<number> {
  const row = await sql
    .tables<RegistryTables>()
    .updateTable('registered_model')
    .set((eb) => ({ last_version: eb('last_version', '+', 1), last_updated_timestamp: now }))
    .where('name', '=', name)
    .returning('last_version')
    .executeTakeFirstOrThrow();
  return row.last_version;
}

/** Moves all rows of the model to the new name. */
export async function renameModel(sql: Sql, name: string, newName: string, now: number): Promise<void> {
  const tables = sql.tables<RegistryTables>();
  await tables
    .updateTable('registered_model')
    .set({ name: newName, last_updated_timestamp: now })
    .where('name', '=', name)
    .execute();
  await tables
    .updateTable('model_version')
    .set({ model: newName, last_updated_timestamp: now })
    .where('model', '=', name)
    .execute();
  for (const table of ['registered_model_tag', 'model_version_tag', 'model_alias'] as const) {
    await tables.updateTable(table).set({ model: newName }).where('model', '=', name).execute();
  }
}

export async function deleteModel(sql: Sql, name: string): Promise<void> {
  const tables = sql.tables<RegistryTables>();
  await tables.deleteFrom('registered_model').where('name', '=', name).execute();
  for (const table of ['registered_model_tag', 'model_version_tag', 'model_alias', 'model_version'] as const) {
    await tables.deleteFrom(table).where('model', '=', name).execute();
  }
}

export async function upsertModelTag(sql: Sql, model: string, { key, value }: KeyValue): Promise<void> {
  await sql
    .tables<RegistryTables>()
    .insertInto('registered_model_tag')
    .values({ model, key, value })
    .onConflict((of) => of.columns(['model', 'key']).doUpdateSet({ value }))
    .execute();
}

/** True when there was such a tag. */
export async function deleteModelTag(sql: Sql, model: string, key: string): Promise<boolean> {
  const query = sql.tables<RegistryTables>().deleteFrom('registered_model_tag');
  const result = await query.where('model', '=', model).where('key', '=', key).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Query for the owner team of a model, to run or to use within another query; no row for a model without its tag. */
export function selectTeamOfModel(sql: Sql, model: string) {
  const query = sql.tables<RegistryTables>().selectFrom('registered_model_tag').select('value');
  return query.where('model', '=', model).where('key', '=', TEAM_TAG);
}

/** Models with their tags, aliases and the newest version of each stage, in the order given. */
export async function findModelDetails(sql: Sql, rows: readonly ModelRow[]): Promise<RegisteredModel[]> {
  const names = rows.map((row) => row.name);
  if (names.length === 0) return [];
  const tables = sql.tables<RegistryTables>();
  const tagRows = await tables
    .selectFrom('registered_model_tag')
    .selectAll()
    .where('model', 'in', names)
    .orderBy('key')
    .execute();
  const tags = Map.groupBy(tagRows, (row) => row.model);
  const aliases = await findAliases(sql, names);
  const latest = Map.groupBy(await findNewestOfEachStage(sql, names), (version) => version.model);
  return rows.map((row) => ({
    name: row.name,
    description: row.description,
    creationTimestamp: row.creation_timestamp,
    lastUpdatedTimestamp: row.last_updated_timestamp,
    tags: (tags.get(row.name) ?? []).map(({ key, value }) => ({ key, value })),
    aliases: aliases.get(row.name) ?? [],
    latestVersions: latest.get(row.name) ?? [],
  }));
}

export async function findAliases(sql: Sql, models: readonly string[]): Promise<Map<string, Alias[]>> {
  const query = sql.tables<RegistryTables>().selectFrom('model_alias').selectAll().where('model', 'in', models);
  const byModel = Map.groupBy(await query.orderBy('alias').execute(), (row) => row.model);
  return new Map([...byModel].map(([model, rows]) => [model, rows.map(({ alias, version }) => ({ alias, version }))]));
}

import { type Expression, sql as raw, type SqlBool } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { buildModelOwnerCondition } from '../runs/index.ts';
import {
  boundJoins,
  buildAfterCondition,
  type Comparison,
  compare,
  type KeysetPosition,
  orderList,
  readPosition,
  type SortStep,
  sortColumns,
} from '../wire/index.ts';
import { findModelDetails, PROMPT_TAG } from './model-store.ts';
import type { RegistryTables } from './tables.ts';
import type { ModelVersion, RegisteredModel } from './types.ts';
import { findVersionDetails } from './version-store.ts';

export interface RegistryQuery<Column extends string> {
  readonly comparisons: readonly Comparison[];
  /** Only models of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
  readonly order: readonly { readonly column: Column; readonly ascending: boolean }[];
  /** Prompts are stored as models, too; only a search for prompts finds them. */
  readonly prompts: boolean;
  readonly position: KeysetPosition | null;
  readonly limit: number;
}

export type ModelColumn = 'name' | 'creation_timestamp' | 'last_updated_timestamp';
export type VersionColumn = 'model' | 'version' | 'creation_timestamp' | 'last_updated_timestamp';

export async function searchModels(
  sql: Sql,
  query: RegistryQuery<ModelColumn>,
): Promise<{ items: RegisteredModel[]; positions: KeysetPosition[] }> {
  const steps = buildSortSteps('registered_model', query.order);
  let select = sql
    .tables<RegistryTables>()
    .selectFrom('registered_model')
    .selectAll()
    .select(sortColumns(steps))
    .where(buildPromptCondition('registered_model.name', query.prompts));
  if (query.owners !== null) select = select.where(buildModelOwnerCondition('registered_model.name', query.owners));
  for (const condition of boundJoins(query.comparisons.map(buildModelCondition))) select = select.where(condition);
  if (query.position !== null) select = select.where(buildAfterCondition(steps, query.position));
  const rows = await select.orderBy(orderList(steps)).limit(query.limit).execute();
  return { items: await findModelDetails(sql, rows), positions: rows.map((row) => readPosition({ ...row }, steps)) };
}

export async function searchVersions(
  sql: Sql,
  query: RegistryQuery<VersionColumn>,
): Promise<{ items: ModelVersion[]; positions: KeysetPosition[] }> {
  const steps = buildSortSteps('model_version', query.order);
  let select = sql
    .tables<RegistryTables>()
    .selectFrom('model_version')
    .selectAll()
    .select(sortColumns(steps))
    .where(buildPromptCondition('model_version.model', query.prompts));
  if (query.owners !== null) select = select.where(buildModelOwnerCondition('model_version.model', query.owners));
  for (const condition of boundJoins(query.comparisons.map(buildVersionCondition))) select = select.where(condition);
  if (query.position !== null) select = select.where(buildAfterCondition(steps, query.position));
  const rows = await select.orderBy(orderList(steps)).limit(query.limit).execute();
  return { items: await findVersionDetails(sql, rows), positions: rows.map((row) => readPosition({ ...row }, steps)) };
}

function buildSortSteps(table: string, order: RegistryQuery<string>['order']): SortStep[] {
  return order.map(({ column, ascending }) => ({ expression: raw.ref(`${table}.${column}`), ascending }));
}

function buildPromptCondition(model: string, prompts: boolean): Expression<SqlBool> {
  const tagged = raw`exists (select 1 from registered_model_tag as p where p.model = ${raw.ref(model)} and p.key = ${PROMPT_TAG} and p.value = 'true')`;
  return prompts ? raw`${tagged}` : raw`not ${tagged}`;
}

function buildModelCondition(comparison: Comparison): Expression<SqlBool> {
  if (comparison.entity === 'attribute') return compare(raw.ref('registered_model.name'), comparison);
  if (comparison.key === PROMPT_TAG) return raw`1 = 1`;
  const value = compare(raw.ref('t.value'), comparison);
  return raw`exists (select 1 from registered_model_tag as t where t.model = registered_model.name and t.key = ${comparison.key} and ${value})`;
}

const VERSION_COLUMNS: Readonly<Record<string, string>> = {
  name: 'model',
  run_id: 'run_id',
  source_path: 'source',
  version_number: 'version',
};

function buildVersionCondition(comparison: Comparison): Expression<SqlBool> {
  const { entity, key } = comparison;
  if (entity === 'attribute') {
    const column = raw.ref(`model_version.${VERSION_COLUMNS[key] ?? key}`);
    // A version without a run has an empty run id to MLflow; equality needs no such thing and stays an index's work.
    const hasNull = key === 'run_id' && comparison.operator !== '=' && comparison.operator !== 'IN';
    return compare(hasNull ? raw`coalesce(${column}, '')` : column, comparison);
  }
  if (key === PROMPT_TAG) return raw`1 = 1`;
  const value = compare(raw.ref('t.value'), comparison);
  return raw`exists (select 1 from model_version_tag as t where t.model = model_version.model and t.version = model_version.version and t.key = ${key} and ${value})`;
}

/** True when the filter selects prompts: `tags.mlflow.prompt.is_prompt = 'true'`, or `!= 'false'`. */
export function includesPrompts(comparisons: readonly Comparison[]): boolean {
  return comparisons.some(({ entity, key, operator, value }) => {
    if (entity !== 'tag' || key !== PROMPT_TAG) return false;
    const text = String(value).toLowerCase();
    return (operator === '=' && text === 'true') || (operator === '!=' && text === 'false');
  });
}

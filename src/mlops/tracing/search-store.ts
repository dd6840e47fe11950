import { type Expression, sql as raw, type SqlBool } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import {
  boundJoins,
  buildAfterCondition,
  buildSelectedSteps,
  compare,
  type KeysetPosition,
  orderList,
  readPosition,
  type SortStep,
  sortColumns,
} from '../wire/index.ts';
import type { TraceCondition, TraceOrdering } from './search-grammar.ts';
import { buildSpanAttributeCondition } from './span-attribute-sql.ts';
import type { TraceRow, TracingTables } from './tables.ts';
import { buildTraceOwnerCondition } from './trace-owner-condition.ts';
import { metadataKeys } from './types.ts';

/** Names in the format of every span: a search for the word `value` does not mean them. */
const FORM = [
  'attributes',
  'key',
  'value',
  'string_value',
  'int_value',
  'double_value',
  'bool_value',
  'bytes_value',
  'array_value',
  'kvlist_value',
  'values',
];

/** The text of a span (`found.content`) without the names of its format. A quote inside a text is written `\"`, so that no logged text is removed. */
const buildSpanTextSql: Expression<string> = FORM.reduce<Expression<string>>(
  (text, name) => raw`replace(${text}, ${raw.lit(`"${name}":`)}, '')`,
  raw<string>`found.content`,
);

export interface TraceQuery {
  readonly experimentIds: readonly number[];
  /** Only traces of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
  readonly conditions: readonly TraceCondition[];
  readonly orderings: readonly TraceOrdering[];
  readonly position: KeysetPosition | null;
  readonly limit: number;
}

export interface TracePage {
  readonly rows: TraceRow[];
  readonly positions: KeysetPosition[];
}

/** Values that a position has. */
export function countPositionValues(orderings: readonly TraceOrdering[]): number {
  return buildSortSteps(orderings).length;
}

/** Traces that match all conditions, by semi-joins; ties go to the newest, then to the trace id. */
export async function searchTraces(sql: Sql, query: TraceQuery): Promise<TracePage> {
  const steps = buildSortSteps(query.orderings);
  const matching = selectMatchingTraces(sql, query).selectAll('trace').select(sortColumns(steps));
  const selected = buildSelectedSteps(steps, 'page');
  let page = sql.tables<TracingTables>().selectFrom(matching.as('page')).selectAll('page');
  if (query.position !== null) {
    page = page.where(buildAfterCondition(selected, query.position));
    // A redundant condition that lets the index start at the page: no engine seeks by alternatives (`or`).
    if (query.orderings.length === 0) page = page.where(raw<SqlBool>`page.request_time <= ${query.position[0]}`);
  }
  const rows = await page.orderBy(orderList(selected)).limit(query.limit).execute();
  return { rows: rows.map(selectTraceRow), positions: rows.map((row) => readPosition({ ...row }, steps)) };
}

export async function countTraces(
  sql: Sql,
  matching: Pick<TraceQuery, 'experimentIds' | 'owners' | 'conditions'>,
): Promise<number> {
  const query = selectMatchingTraces(sql, matching);
  const row = await query.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow();
  return Number(row.count);
}

function selectMatchingTraces(
  sql: Sql,
  { experimentIds, owners, conditions }: Pick<TraceQuery, 'experimentIds' | 'owners' | 'conditions'>,
) {
  let query = sql.tables<TracingTables>().selectFrom('trace').where('trace.experiment_id', 'in', experimentIds);
  if (owners !== null) query = query.where(buildTraceOwnerCondition(owners));
  const spans = conditions.filter(({ entity }) => entity === 'span');
  const others = conditions.filter(({ entity }) => entity !== 'span').map(buildCondition);
  for (const condition of boundJoins(others)) query = query.where(condition);
  // All conditions on spans are about one and the same span.
  if (spans.length > 0) query = query.where(buildExists('span', raw.join(spans.map(buildSpanCondition), raw` and `)));
  return query;
}

function selectTraceRow(row: TraceRow): TraceRow {
  return {
    trace_id: row.trace_id,
    experiment_id: row.experiment_id,
    request_time: row.request_time,
    execution_duration: row.execution_duration,
    state: row.state,
    client_request_id: row.client_request_id,
    request_preview: row.request_preview,
    response_preview: row.response_preview,
    finalized: row.finalized,
  };
}

const TAIL: readonly SortStep[] = [
  { expression: raw.ref('trace.request_time'), ascending: false },
  { expression: raw.ref('trace.trace_id'), ascending: true },
];

const END_TIME = raw`(trace.request_time + coalesce(trace.execution_duration, 0))`;

/** Values first, then missing ones, in both directions. */
function buildSortSteps(orderings: readonly TraceOrdering[]): SortStep[] {
  const named = orderings.flatMap((ordering): SortStep[] => {
    const { value, none } = sortValue(ordering);
    return [
      { expression: raw`case when ${value} is null then 1 else 0 end`, ascending: true },
      { expression: raw`coalesce(${value}, ${none})`, ascending: ordering.ascending },
    ];
  });
  return [...named, ...TAIL];
}

function sortValue({ entity, key }: TraceOrdering): { value: Expression<unknown>; none: Expression<unknown> } {
  if (entity === 'attribute') {
    const isText = ['trace_id', 'state', 'client_request_id'].includes(key);
    return { value: selectColumn(key), none: isText ? raw.lit('') : raw.lit(0) };
  }
  const table = raw.table(entity === 'tag' ? 'trace_tag' : 'trace_metadata');
  const name = entity === 'run' ? metadataKeys.sourceRun : key;
  return {
    value: raw`(select of_key.value from ${table} as of_key where of_key.trace_id = trace.trace_id and of_key.key = ${name})`,
    none: raw.lit(''),
  };
}

function selectColumn(key: string): Expression<unknown> {
  return key === 'end_time' ? END_TIME : raw.ref(`trace.${key}`);
}

function buildCondition(condition: TraceCondition): Expression<SqlBool> {
  const { entity, key } = condition;
  switch (entity) {
    case 'attribute':
      return buildComparison(selectColumn(key), condition);
    case 'tag':
      return buildKeyCondition('trace_tag', key, condition);
    case 'metadata':
      return buildKeyCondition('trace_metadata', key, condition);
    case 'run':
      return buildRunCondition(condition);
    case 'prompt':
      return buildExists(
        'trace_link',
        raw`found.kind = 'prompt' and ${buildComparison(raw.ref('found.target'), condition)}`,
      );
    case 'issue':
      return buildExists(
        'assessment',
        raw`found.type = 'issue' and ${buildComparison(raw.ref('found.name'), condition)}`,
      );
    default:
      return buildAssessmentCondition(condition);
  }
}

/** Condition on the run of the trace, or on any run that was linked to it later. */
function buildRunCondition(condition: TraceCondition): Expression<SqlBool> {
  if (condition.operator === 'IS NULL')
    return raw<SqlBool>`not ${buildRunCondition({ ...condition, operator: 'IS NOT NULL' })}`;
  const target =
    condition.operator === 'IS NOT NULL' ? raw<SqlBool>`1 = 1` : buildComparison(raw.ref('found.target'), condition);
  const linked = buildExists('trace_link', raw`found.kind = 'run' and ${target}`);
  return raw<SqlBool>`(${buildKeyCondition('trace_metadata', metadataKeys.sourceRun, condition)} or ${linked})`;
}

function buildKeyCondition(
  table: 'trace_tag' | 'trace_metadata',
  key: string,
  condition: TraceCondition,
): Expression<SqlBool> {
  if (condition.operator === 'IS NULL') return raw<SqlBool>`not ${buildExists(table, raw`found.key = ${key}`)}`;
  if (condition.operator === 'IS NOT NULL') return buildExists(table, raw`found.key = ${key}`);
  return buildExists(table, raw`found.key = ${key} and ${buildComparison(raw.ref('found.value'), condition)}`);
}

type Below = 'trace_tag' | 'trace_metadata' | 'trace_link' | 'span' | 'assessment';

function buildExists(table: Below, where: Expression<unknown>): Expression<SqlBool> {
  return raw<SqlBool>`exists (select 1 from ${raw.table(table)} as found where found.trace_id = trace.trace_id and ${where})`;
}

function buildSpanCondition(condition: TraceCondition): Expression<SqlBool> {
  const { key } = condition;
  if (key.startsWith('attributes.')) return buildSpanAttributeCondition(key.slice('attributes.'.length), condition);
  const column = buildComparison(raw.ref(`found.${key}`), condition);
  // The content as it is rules most spans out at less cost.
  return key === 'content' ? raw<SqlBool>`(${column} and ${buildComparison(buildSpanTextSql, condition)})` : column;
}

/** Condition on the value as text (`true`, `0.5`, `yes`), or as a number for a numeric operator. */
function buildAssessmentCondition(condition: TraceCondition): Expression<SqlBool> {
  const { entity, key, operator, value } = condition;
  const named = raw`found.type = ${entity} and found.name = ${key} and found.valid = 1`;
  if (operator === 'IS NULL') return raw<SqlBool>`not ${buildExists('assessment', named)}`;
  if (operator === 'IS NOT NULL') return buildExists('assessment', named);
  if (['<', '<=', '>', '>='].includes(operator)) {
    return buildExists('assessment', raw`${named} and ${buildComparison(raw.ref('found.numeric_value'), condition)}`);
  }
  if (operator === '=' || operator === '!=') {
    const isIt = raw`found.value in (${String(value)}, ${JSON.stringify(String(value))})`;
    return buildExists('assessment', operator === '=' ? raw`${named} and ${isIt}` : raw`${named} and not ${isIt}`);
  }
  return buildExists('assessment', raw`${named} and ${buildComparison(raw.ref('found.value'), condition)}`);
}

function buildComparison(column: Expression<unknown>, { operator, value }: TraceCondition): Expression<SqlBool> {
  if (operator === 'RLIKE') throw new Error('regular expressions are matched outside the store');
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return compare(column, { operator, value: null });
  if (operator === 'IN' || operator === 'NOT IN') {
    return compare(column, { operator, value: Array.isArray(value) ? value : [] });
  }
  return compare(column, { operator, value: typeof value === 'number' ? value : String(value) });
}

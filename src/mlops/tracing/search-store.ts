import { type Expression, sql as raw, type SqlBool } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import {
  after,
  compare,
  type KeysetPosition,
  orderList,
  positionOf,
  type SortStep,
  selectedSteps,
  sortColumns,
} from '../wire/index.ts';
import type { TraceCondition, TraceOrdering } from './search-grammar.ts';
import { matchesSpanAttribute } from './span-attribute-sql.ts';
import { spanText } from './span-text-sql.ts';
import type { TraceRow, TracingTables } from './tables.ts';
import { metadataKeys } from './types.ts';

export interface TraceQuery {
  readonly experimentIds: readonly number[];
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
export function positionLength(orderings: readonly TraceOrdering[]): number {
  return stepsOf(orderings).length;
}

/** Traces that match all conditions, by semi-joins; ties go to the newest, then to the trace id. */
export async function searchTraces(sql: Sql, query: TraceQuery): Promise<TracePage> {
  const steps = stepsOf(query.orderings);
  const matching = matchingTraces(sql, query).selectAll('trace').select(sortColumns(steps));
  const selected = selectedSteps(steps, 'page');
  let page = sql.tables<TracingTables>().selectFrom(matching.as('page')).selectAll('page');
  if (query.position !== null) {
    page = page.where(after(selected, query.position));
    // A redundant condition that lets the index start at the page: no engine seeks by alternatives (`or`).
    if (query.orderings.length === 0) page = page.where(raw<SqlBool>`page.request_time <= ${query.position[0]}`);
  }
  const rows = await page.orderBy(orderList(selected)).limit(query.limit).execute();
  return { rows: rows.map(traceRowOf), positions: rows.map((row) => positionOf({ ...row }, steps)) };
}

export async function countTraces(
  sql: Sql,
  experimentIds: readonly number[],
  conditions: readonly TraceCondition[],
): Promise<number> {
  const query = matchingTraces(sql, { experimentIds, conditions });
  const row = await query.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow();
  return Number(row.count);
}

function matchingTraces(sql: Sql, { experimentIds, conditions }: Pick<TraceQuery, 'experimentIds' | 'conditions'>) {
  let query = sql.tables<TracingTables>().selectFrom('trace').where('trace.experiment_id', 'in', experimentIds);
  const spans = conditions.filter(({ entity }) => entity === 'span');
  for (const condition of conditions) if (condition.entity !== 'span') query = query.where(matches(condition));
  // All conditions on spans are about one and the same span.
  if (spans.length > 0) query = query.where(existsIn('span', raw.join(spans.map(matchesSpan), raw` and `)));
  return query;
}

function traceRowOf(row: TraceRow): TraceRow {
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
function stepsOf(orderings: readonly TraceOrdering[]): SortStep[] {
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
    return { value: columnOf(key), none: isText ? raw.lit('') : raw.lit(0) };
  }
  const table = raw.table(entity === 'tag' ? 'trace_tag' : 'trace_metadata');
  const name = entity === 'run' ? metadataKeys.sourceRun : key;
  return {
    value: raw`(select of_key.value from ${table} as of_key where of_key.trace_id = trace.trace_id and of_key.key = ${name})`,
    none: raw.lit(''),
  };
}

function columnOf(key: string): Expression<unknown> {
  return key === 'end_time' ? END_TIME : raw.ref(`trace.${key}`);
}

function matches(condition: TraceCondition): Expression<SqlBool> {
  const { entity, key } = condition;
  switch (entity) {
    case 'attribute':
      return compared(columnOf(key), condition);
    case 'tag':
      return ofKey('trace_tag', key, condition);
    case 'metadata':
      return ofKey('trace_metadata', key, condition);
    case 'run':
      return ofRun(condition);
    case 'prompt':
      return existsIn('trace_link', raw`found.kind = 'prompt' and ${compared(raw.ref('found.target'), condition)}`);
    case 'issue':
      return existsIn('assessment', raw`found.type = 'issue' and ${compared(raw.ref('found.name'), condition)}`);
    default:
      return matchesAssessment(condition);
  }
}

/** Condition on the run of the trace, or on any run that was linked to it later. */
function ofRun(condition: TraceCondition): Expression<SqlBool> {
  if (condition.operator === 'IS NULL') return raw<SqlBool>`not ${ofRun({ ...condition, operator: 'IS NOT NULL' })}`;
  const target =
    condition.operator === 'IS NOT NULL' ? raw<SqlBool>`1 = 1` : compared(raw.ref('found.target'), condition);
  const linked = existsIn('trace_link', raw`found.kind = 'run' and ${target}`);
  return raw<SqlBool>`(${ofKey('trace_metadata', metadataKeys.sourceRun, condition)} or ${linked})`;
}

function ofKey(table: 'trace_tag' | 'trace_metadata', key: string, condition: TraceCondition): Expression<SqlBool> {
  if (condition.operator === 'IS NULL') return raw<SqlBool>`not ${existsIn(table, raw`found.key = ${key}`)}`;
  if (condition.operator === 'IS NOT NULL') return existsIn(table, raw`found.key = ${key}`);
  return existsIn(table, raw`found.key = ${key} and ${compared(raw.ref('found.value'), condition)}`);
}

type Below = 'trace_tag' | 'trace_metadata' | 'trace_link' | 'span' | 'assessment';

function existsIn(table: Below, where: Expression<unknown>): Expression<SqlBool> {
  return raw<SqlBool>`exists (select 1 from ${raw.table(table)} as found where found.trace_id = trace.trace_id and ${where})`;
}

function matchesSpan(condition: TraceCondition): Expression<SqlBool> {
  const { key } = condition;
  if (key.startsWith('attributes.')) return matchesSpanAttribute(key.slice('attributes.'.length), condition);
  const column = compared(raw.ref(`found.${key}`), condition);
  // The content as it is rules most spans out at less cost.
  return key === 'content' ? raw<SqlBool>`(${column} and ${compared(spanText, condition)})` : column;
}

/** Condition on the value as text (`true`, `0.5`, `yes`), or as a number for a numeric operator. */
function matchesAssessment(condition: TraceCondition): Expression<SqlBool> {
  const { entity, key, operator, value } = condition;
  const named = raw`found.type = ${entity} and found.name = ${key} and found.valid = 1`;
  if (operator === 'IS NULL') return raw<SqlBool>`not ${existsIn('assessment', named)}`;
  if (operator === 'IS NOT NULL') return existsIn('assessment', named);
  if (['<', '<=', '>', '>='].includes(operator)) {
    return existsIn('assessment', raw`${named} and ${compared(raw.ref('found.numeric_value'), condition)}`);
  }
  if (operator === '=' || operator === '!=') {
    const isIt = raw`found.value in (${String(value)}, ${JSON.stringify(String(value))})`;
    return existsIn('assessment', operator === '=' ? raw`${named} and ${isIt}` : raw`${named} and not ${isIt}`);
  }
  return existsIn('assessment', raw`${named} and ${compared(raw.ref('found.value'), condition)}`);
}

function compared(column: Expression<unknown>, { operator, value }: TraceCondition): Expression<SqlBool> {
  if (operator === 'RLIKE') throw new Error('regular expressions are matched outside the store');
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return compare(column, { operator, value: null });
  if (operator === 'IN' || operator === 'NOT IN') {
    return compare(column, { operator, value: Array.isArray(value) ? value : [] });
  }
  return compare(column, { operator, value: typeof value === 'number' ? value : String(value) });
}

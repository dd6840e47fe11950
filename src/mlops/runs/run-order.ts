import { type Expression, sql as raw } from 'kysely';
import { buildInvalidFilter, type Ordering, type SortStep } from '../wire/index.ts';
import { buildAttribute, KEYED_TABLES } from './run-conditions.ts';

/** Ties go to the newest start, then to the run id. */
export const TAIL: readonly SortStep[] = [
  { expression: raw.ref('run.start_time'), ascending: false },
  { expression: raw.ref('run.run_id'), ascending: true },
];

/** Each ordering sorts by presence first: values, then NaN, then missing, in both directions. */
export function countPositionValues(orderings: readonly Ordering[]): number {
  return 2 * orderings.length + TAIL.length;
}

/** Sort steps with a lookup per run: for orders that only break ties. */
export function buildOrderingSteps(orderings: readonly Ordering[]): SortStep[] {
  return orderings.flatMap((ordering) => buildSortSteps(ordering, (column) => buildLookup(ordering, column)));
}

/** The same steps over {@link orderJoins}: for orders that every run is sorted by. */
export function buildJoinedSteps(orderings: readonly Ordering[]): SortStep[] {
  return orderings.flatMap((ordering, index) =>
    buildSortSteps(ordering, (column) => raw.ref(`${buildAlias(index)}.${column}`)),
  );
}

/** Sort values, joined to `run`: each value once, and by a hash where the engine has one. */
export function orderJoins(orderings: readonly Ordering[]): Expression<unknown> {
  const joins = orderings.flatMap(({ entity, key }, index) => {
    if (entity === 'attribute' || entity === 'dataset') return [];
    const value = raw.ref(buildAlias(index));
    const ofRun = raw`${raw.ref(`${buildAlias(index)}.run_id`)} = run.run_id`;
    if (entity === 'cost') return [raw`left join run_cost as ${value} on ${ofRun}`];
    const ofKey = raw`${raw.ref(`${buildAlias(index)}.key`)} = ${key}`;
    return [raw`left join ${raw.table(KEYED_TABLES[entity])} as ${value} on ${ofRun} and ${ofKey}`];
  });
  return raw.join(joins, raw` `);
}

/** A column of the row that an ordering sorts by; null where the run has none. */
type Lookup = (column: string) => Expression<unknown>;

const buildAlias = (index: number) => `order_${index}`;

function buildLookup({ entity, key }: Ordering, column: string): Expression<unknown> {
  if (entity === 'cost') return raw`(select ${raw.ref(column)} from run_cost where run_cost.run_id = run.run_id)`;
  if (entity === 'attribute' || entity === 'dataset') return raw.ref(`run.${column}`);
  const table = raw.table(KEYED_TABLES[entity]);
  return raw`(select ${raw.ref(`of_key.${column}`)} from ${table} as of_key where of_key.run_id = run.run_id and of_key.key = ${key})`;
}

function buildSortSteps(ordering: Ordering, lookup: Lookup): SortStep[] {
  const { rank, value } = sortValues(ordering, lookup);
  return [
    { expression: rank, ascending: true },
    { expression: value, ascending: ordering.ascending },
  ];
}

/** `rank`: 0 for a value, 1 for NaN, 2 for none. */
function sortValues(
  { entity, key, attribute }: Ordering,
  lookup: Lookup,
): { rank: Expression<unknown>; value: Expression<unknown> } {
  if (entity === 'dataset') throw buildInvalidFilter(`Invalid identifier type '${entity}'`);
  if (entity === 'metric') {
    return { rank: raw`coalesce(${lookup('is_nan')}, 2)`, value: raw`coalesce(${lookup('value')}, 0)` };
  }
  // Never null; the constant rank lets the engine use the index by start time.
  if (entity === 'attribute' && key === 'start_time') return { rank: raw.lit(0), value: raw.ref('run.start_time') };
  const value = entity === 'attribute' ? buildAttribute(key) : lookup(entity === 'cost' ? key : 'value');
  const none = attribute?.kind === 'number' ? raw.lit(0) : raw.lit('');
  return { rank: raw`case when ${value} is null then 2 else 0 end`, value: raw`coalesce(${value}, ${none})` };
}

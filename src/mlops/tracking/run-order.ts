import { type Expression, sql as raw } from 'kysely';
import { invalidFilter, type Ordering, type SortStep } from '../wire/index.ts';
import { KEYED_TABLES } from './run-conditions.ts';

/** Ties go to the newest start, then to the run id. */
export const TAIL: readonly SortStep[] = [
  { expression: raw.ref('run.start_time'), ascending: false },
  { expression: raw.ref('run.run_id'), ascending: true },
];

/** Each ordering sorts by presence first: values, then NaN, then missing, in both directions. */
export function positionLength(orderings: readonly Ordering[]): number {
  return 2 * orderings.length + TAIL.length;
}

export function orderingSteps(ordering: Ordering): SortStep[] {
  const { rank, value } = sortValues(ordering);
  return [
    { expression: rank, ascending: true },
    { expression: value, ascending: ordering.ascending },
  ];
}

/** `rank`: 0 for a value, 1 for NaN, 2 for none. */
function sortValues({ entity, key, attribute }: Ordering): { rank: Expression<unknown>; value: Expression<unknown> } {
  if (entity === 'attribute') {
    const column = raw.ref(`run.${key}`);
    // Never null; said so that the index by start is seen.
    if (key === 'start_time') return { rank: raw.lit(0), value: column };
    const none = attribute?.kind === 'number' ? raw.lit(0) : raw.lit('');
    return { rank: raw`case when ${column} is null then 2 else 0 end`, value: raw`coalesce(${column}, ${none})` };
  }
  if (entity === 'dataset') throw invalidFilter(`Invalid identifier type '${entity}'`);
  if (entity === 'cost') return costSortValues(key, attribute?.kind === 'number');
  const none = entity === 'metric' ? raw.lit(0) : raw.lit('');
  const nan = entity === 'metric' ? raw`of_key.is_nan` : raw.lit(0);
  const table = raw.table(KEYED_TABLES[entity]);
  const pick = (what: Expression<unknown>) =>
    raw`(select ${what} from ${table} as of_key where of_key.run_id = run.run_id and of_key.key = ${key})`;
  return { rank: raw`coalesce(${pick(nan)}, 2)`, value: raw`coalesce(${pick(raw`of_key.value`)}, ${none})` };
}

function costSortValues(key: string, isNumber: boolean): { rank: Expression<unknown>; value: Expression<unknown> } {
  const known = raw`(select ${raw.ref(key)} from run_cost where run_cost.run_id = run.run_id)`;
  return {
    rank: raw`case when ${known} is null then 2 else 0 end`,
    value: raw`coalesce(${known}, ${isNumber ? raw.lit(0) : raw.lit('')})`,
  };
}

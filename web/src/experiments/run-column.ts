import type { RunColumn } from '../../../src/mlops/run-views/run-table/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { isCompanion, isSystem, keyMetric } from '../runs/metric-words.ts';

/** The first column: it carries the mark and the name, and is always there. */
export const NAME_COLUMN = 'run_name';

const OWN: Readonly<Record<string, string>> = {
  status: 'Status',
  start_time: 'Started',
  duration: 'Duration',
  end_time: 'Ended',
  run_id: 'Run id',
  'cost.total': 'Cost',
  'cost.metered': 'Metered cost',
  'cost.reconciled': 'Reconciled cost',
  'cost.allocated': 'Allocated cost',
  'cost.gpu_hours': 'GPU-hours',
  'cost.energy_kwh': 'Energy (kWh)',
  'tags.steelyard.team': 'Team',
  'tags.mlflow.user': 'User',
  'tags.mlflow.source.name': 'Source',
};

/** Columns that every run has. */
export const OWN_COLUMNS = Object.keys(OWN).filter((column) => !column.startsWith('tags.'));

export type ColumnKind = 'metric' | 'param' | 'tag' | 'cost' | 'own';

export function columnKind(column: string): ColumnKind {
  if (column.startsWith('metrics.')) return 'metric';
  if (column.startsWith('params.')) return 'param';
  if (column.startsWith('tags.')) return 'tag';
  return column.startsWith('cost.') ? 'cost' : 'own';
}

/** `metrics.val loss` -> `val loss`. Columns that every run has are named explicitly. */
export function columnLabel(column: string): string {
  if (column === NAME_COLUMN) return 'Run';
  const own = Object.hasOwn(OWN, column) ? OWN[column] : undefined;
  const key = column.slice(column.indexOf('.') + 1);
  return own ?? (columnKind(column) === 'metric' ? formatMetricName(key) : key);
}

export function isNumberColumn(column: string): boolean {
  return column === 'duration' || ['metric', 'cost'].includes(columnKind(column));
}

/** True for figures and times, whose first sort order is descending. */
export function largestFirst(column: string): boolean {
  return isNumberColumn(column) || column.endsWith('_time');
}

const MOST_METRICS = 4;
const MOST_PARAMS = 3;

/**
 * Default columns of a table: those that every run has, then the keys that most runs have, with the key metric first.
 * Ends of intervals and system metrics are left out.
 */
export function usualColumns(known: readonly RunColumn[]): string[] {
  const key = keyMetric(known.filter(({ entity }) => entity === 'metric').map((column) => column.key));
  const first = (column: RunColumn) => Number(column.entity === 'metric' && column.key === key);
  const most = (entity: RunColumn['entity'], count: number) =>
    known
      .filter((column) => column.entity === entity && !isCompanion(column.key) && !isSystem(column.key))
      .toSorted((a, b) => first(b) - first(a) || (b.runs ?? 0) - (a.runs ?? 0))
      .slice(0, count)
      .map(({ column }) => column);
  return [
    'status',
    'start_time',
    'duration',
    'cost.total',
    ...most('metric', MOST_METRICS),
    ...most('param', MOST_PARAMS),
  ];
}

/** The chosen columns or the defaults; pinned columns and the sort column are always included. */
export function pickColumns(
  search: {
    readonly columns?: string[] | undefined;
    readonly pin?: string[] | undefined;
    readonly sort?: string | undefined;
  },
  known: readonly RunColumn[],
): string[] {
  const { by } = readOrder(search.sort);
  const sorted = by === null || by === NAME_COLUMN ? [] : [by];
  return [...new Set([...(search.columns ?? usualColumns(known)), ...(search.pin ?? []), ...sorted])];
}

/** A key in the filter's grammar: bare where possible, otherwise in backticks or quotes. */
export function quotedKey(key: string): string {
  if (/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(key)) return key;
  return key.includes('`') ? `"${key.replaceAll('"', '""')}"` : `\`${key}\``;
}

/** A column as the grammar writes it: `metrics.val loss` -> ``metrics.`val loss` ``. */
export function columnText(column: string): string {
  const kind = columnKind(column);
  if (kind === 'own' || kind === 'cost') return column;
  const at = column.indexOf('.') + 1;
  return column.slice(0, at) + quotedKey(column.slice(at));
}

export interface Order {
  readonly by: string | null;
  readonly descending: boolean;
}

/** The address's `sort`: `metrics.ndcg` ascending, `-metrics.ndcg` descending. */
export function readOrder(sort: string | undefined): Order {
  if (sort === undefined) return { by: null, descending: false };
  return sort.startsWith('-') ? { by: sort.slice(1), descending: true } : { by: sort, descending: false };
}

export function orderText(order: { readonly by: string; readonly descending: boolean } | null): string | undefined {
  return order === null ? undefined : `${order.descending ? '-' : ''}${order.by}`;
}

/** An order as the server takes it; none when the newest runs come first anyway. */
export function orderBy({ by, descending }: Order): string[] {
  return by === null ? [] : [`${columnText(by)} ${descending ? 'DESC' : 'ASC'}`];
}

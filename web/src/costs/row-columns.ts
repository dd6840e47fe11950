import type { Group } from './stack.ts';

const USUAL = [
  'chargePeriodStart',
  'serviceProviderName',
  'serviceName',
  'chargeDescription',
  'resourceName',
  'team',
  'model',
  'consumedQuantity',
  'consumedUnit',
];

/** Columns that are money in `billingCurrency`. */
export const COST_COLUMNS: ReadonlySet<string> = new Set(['billedCost', 'effectiveCost', 'listCost', 'contractedCost']);

const NUMERIC = /(Cost|Quantity|UnitPrice)$/;

/** True for columns with numbers, by the naming of FOCUS. */
export function isNumericColumn(column: string): boolean {
  return NUMERIC.test(column);
}

/** Every column of the rows: the usual ones first, then the rest by name. */
export function allColumns(rows: readonly Group[], metric: string): string[] {
  const present = new Set(rows.flatMap((row) => Object.keys(row)));
  const first = usualColumns(rows, metric);
  return [...first, ...[...present].filter((column) => !first.includes(column)).sort()];
}

/** Default columns: the common ones with a value in any row, and the metric. */
export function usualColumns(rows: readonly Group[], metric: string): string[] {
  const holding = USUAL.filter((column) => rows.some((row) => row[column] != null));
  return [...holding.slice(0, 1), metric, ...holding.slice(1)];
}

/** Unique key of a row: its delivery, its file, its record number, and its share of the record. */
export function rowKey(row: Group): string {
  const share = row.share == null ? [] : [`~${row.share}`];
  return [row.delivery ?? '', row.file ?? '', row.rowNumber ?? '', ...share].join('/');
}

export interface RowOrigin {
  readonly delivery: string;
  readonly file: string;
  readonly row: number;
}

/**
 * The origin of a row, from its key. A file name may contain slashes; the delivery before it and the number after it do
 * not.
 */
export function parseRowKey(key: string): RowOrigin {
  const parts = key.replace(/\/~\d+$/, '').split('/');
  return { delivery: parts[0] ?? '', file: parts.slice(1, -1).join('/'), row: Number(parts.at(-1)) || 1 };
}

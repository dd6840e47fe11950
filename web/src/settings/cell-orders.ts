import { compareValues } from '../table/comparators.ts';
import type { Comparators } from '../table/use-sorted.ts';

type SortValue = string | number | null;

/** A row of a settings table. */
export interface SettingsRow<Cell> {
  readonly key: string;
  readonly cells: readonly Cell[];
  /** Values of cells by place, for cells whose content does not sort: dates, sizes, links. */
  readonly values?: Readonly<Record<number, SortValue>>;
}

/** Places of the columns that have a value to sort by in every row. */
export function findSortable(rows: readonly SettingsRow<unknown>[], head: readonly string[]): number[] {
  return head.flatMap((title, at) =>
    title !== '' && rows.length > 0 && rows.every((row) => readValue(row, at) !== undefined) ? [at] : [],
  );
}

/** Orders of the columns by their place; numbers go by value, null is last. */
export function buildCellOrders<Cell>(columns: number): Comparators<SettingsRow<Cell>> {
  const places = Array.from({ length: columns }, (_, at) => at);
  return Object.fromEntries(places.map((at) => [String(at), compareValues((row) => readValue(row, at))]));
}

/** Undefined: a cell of another kind without a stated value. */
function readValue({ cells, values }: SettingsRow<unknown>, at: number): SortValue | undefined {
  const stated = values?.[at];
  if (stated !== undefined) return stated;
  const cell = cells[at];
  return typeof cell === 'string' || typeof cell === 'number' ? cell : undefined;
}

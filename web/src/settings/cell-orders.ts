import { compareTexts } from '../table/comparators.ts';
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

/** Orders of the columns by their place; null is smallest, numbers go by value. */
export function buildCellOrders<Cell>(columns: number): Comparators<SettingsRow<Cell>> {
  const places = Array.from({ length: columns }, (_, at) => at);
  return Object.fromEntries(places.map((at) => [String(at), (a, b) => compare(readValue(a, at), readValue(b, at))]));
}

function compare(a: SortValue | undefined, b: SortValue | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareTexts<SortValue | undefined>((value) => (value == null ? null : String(value)))(a, b);
}

/** Undefined: a cell of another kind without a stated value. */
function readValue({ cells, values }: SettingsRow<unknown>, at: number): SortValue | undefined {
  const stated = values?.[at];
  if (stated !== undefined) return stated;
  const cell = cells[at];
  return typeof cell === 'string' || typeof cell === 'number' ? cell : undefined;
}

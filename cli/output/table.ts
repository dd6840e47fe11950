import stringWidth from 'string-width';
import { cutToWidth } from './cut-to-width.ts';
import type { Paint } from './paint.ts';

export interface Column<Row> {
  readonly title: string;
  /** `decimal` puts the decimal points under each other. */
  readonly align?: 'left' | 'right' | 'decimal';
  /** Null is unknown and shown as a dash, never as zero. */
  readonly cell: (row: Row) => string | null;
  readonly style?: (row: Row) => (text: string) => string;
  /**
   * Minimum width of the column on a terminal that is too narrow for the table. A column is cut to this width, and left
   * out where that is not enough; the last column first. Without it the column is never cut.
   */
  readonly least?: number;
}

const GAP = '  ';
const UNKNOWN = '—';

/** An aligned table with a heading line, one line a row; every cell is one line. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], paint: Paint): string {
  const laid = fitColumns(
    columns.map((column) => layOut(rows, column)),
    paint.columns,
  );
  const heading = laid.map(({ title }) => title).join(GAP);
  const lines = rows.map((row, index) =>
    laid.map(({ cells, column }) => (column.style?.(row) ?? same)(cells[index] ?? '')).join(GAP),
  );
  return [paint.heading(heading.trimEnd()), ...lines.map((line) => line.trimEnd())].join('\n');
}

const same = (text: string): string => text;

interface LaidOut<Row> {
  readonly column: Column<Row>;
  /** Terminal columns of the title and of every cell. */
  readonly width: number;
  readonly title: string;
  readonly cells: readonly string[];
}

function layOut<Row>(rows: readonly Row[], column: Column<Row>): LaidOut<Row> {
  const texts = rows.map((row) => column.cell(row)?.replaceAll(/\s+/g, ' ') ?? UNKNOWN);
  const cells = column.align === 'decimal' ? alignPoints(texts) : texts;
  const width = Math.max(stringWidth(column.title), ...cells.map((text) => stringWidth(text)));
  const pad = (text: string) => {
    const space = ' '.repeat(width - stringWidth(text));
    return column.align === 'right' || column.align === 'decimal' ? space + text : text + space;
  };
  return { column, width, title: pad(column.title), cells: cells.map(pad) };
}

/** The columns that a terminal of `columns` characters shows, cut where they may be; null is no terminal and cuts none. */
function fitColumns<Row>(laid: readonly LaidOut<Row>[], columns: number | null): readonly LaidOut<Row>[] {
  if (columns === null) return laid;
  let over = laid.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length) - columns;
  const shown: LaidOut<Row>[] = [];
  for (const one of laid.toReversed()) {
    const { width, column } = one;
    if (over <= 0 || column.least === undefined) shown.unshift(one);
    else if (width - over >= column.least) shown.unshift(cutColumn(one, width - over));
    const [now] = shown;
    over -= now?.column === column ? width - now.width : width + GAP.length;
  }
  return shown;
}

function cutColumn<Row>({ column, title, cells }: LaidOut<Row>, width: number): LaidOut<Row> {
  const cut = (text: string) => cutToWidth(text, width);
  return { column, width, title: cut(title), cells: cells.map(cut) };
}

function alignPoints(texts: readonly string[]): string[] {
  const fractions = texts.map((text) => text.length - (text.includes('.') ? text.indexOf('.') : text.length));
  const longest = Math.max(0, ...fractions);
  return texts.map((text, index) => text + ' '.repeat(longest - (fractions[index] ?? 0)));
}

/** `name  value` lines with the values under each other; a null value is a dash. */
export function facts(pairs: readonly (readonly [name: string, value: string | null])[], paint: Paint): string {
  const width = Math.max(0, ...pairs.map(([name]) => stringWidth(name)));
  return pairs
    .map(([name, value]) => `${paint.faint(name)}${' '.repeat(width - stringWidth(name))}${GAP}${value ?? UNKNOWN}`)
    .join('\n');
}

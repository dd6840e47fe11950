import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { parseBoundedJson } from '../../../platform/json/index.ts';
import type { Shown } from './schema.ts';

export type TableShown = Extract<Shown, { kind: 'table' }>;

export const MAX_ROWS = 200;
export const MAX_COLUMNS = 100;
export const MAX_CELL_CHARACTERS = 500;

/**
 * The first rows of comma- or tab-separated text; the first line names the columns. `whole` is true if the text is the
 * complete file; otherwise its last line is omitted because it may be cut. Null when the text is no such table.
 */
export function parseCsvTable(text: string, delimiter: ',' | '\t', whole: boolean): TableShown | null {
  const lines = whole ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  const options = { delimiter, bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true };
  const records = nullOnError(() => parse(lines, { ...options, to: MAX_ROWS + 2 }));
  const parsed = z.array(z.array(z.string())).safeParse(records);
  if (!parsed.success) return null;
  const [header, ...rows] = parsed.data;
  if (header === undefined) return null;
  return buildTable('csv', header, rows, !whole);
}

const Split = z.object({ columns: z.array(z.union([z.string(), z.number()])), data: z.array(z.array(z.unknown())) });
const Records = z.array(z.record(z.string(), z.unknown())).min(1);

/** A table as MLflow's log_table and pandas write it (`columns` and `data`), or a list of objects. null for other JSON. */
export function parseJsonTable(text: string): TableShown | null {
  const value: unknown = nullOnError(() => parseBoundedJson(text));
  const split = Split.safeParse(value);
  if (split.success)
    return nullOnError(() => buildTable('json', split.data.columns.map(String), split.data.data, false));
  const records = Records.safeParse(value);
  if (!records.success) return null;
  const shown = records.data.slice(0, MAX_ROWS + 1);
  const columns = [...new Set(shown.flatMap((record) => Object.keys(record)))];
  const rows = shown.map((record) => columns.map((column) => (Object.hasOwn(record, column) ? record[column] : null)));
  return nullOnError(() => buildTable('json', columns, rows, false));
}

export function buildTable(
  source: TableShown['source'],
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  more: boolean,
): TableShown {
  const shown = columns.slice(0, MAX_COLUMNS);
  return {
    kind: 'table',
    source,
    columns: shown.map(truncateCell),
    rows: rows.slice(0, MAX_ROWS).map((row) => shown.map((_, index) => formatCell(row[index]))),
    more: more || rows.length > MAX_ROWS,
    moreColumns: columns.length - shown.length,
  };
}

function formatCell(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return truncateCell(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function truncateCell(text: string): string {
  return text.length <= MAX_CELL_CHARACTERS ? text : `${text.slice(0, MAX_CELL_CHARACTERS)}…`;
}

/** A file that is no readable table is shown as text: no content is an error. */
function nullOnError<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

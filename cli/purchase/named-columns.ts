import { readCsvRows } from '../../src/platform/csv/index.ts';
import { readBytes } from '../bill-files.ts';
import { CommandError } from '../frame/failure.ts';

/** Error codes for a file that a question reads. */
export type FileFault = 'spot_history_invalid' | 'demand_unusable' | 'profile_unusable';

export interface NamedRow {
  /** By column; empty where the file does not have it. */
  readonly fields: Readonly<Record<string, string>>;
  readonly line: number;
}

export interface Columns {
  readonly needed: readonly string[];
  readonly known: readonly string[];
  readonly fault: FileFault;
  readonly mostRows: number;
}

const SHOWN_COLUMNS = 12;

/** Rows of a CSV file by the names of its columns. Errors: those of `readCsvRows` and of the file, and the fault for a column or too many rows. */
export async function* namedRows(path: string, { needed, known, fault, mostRows }: Columns): AsyncGenerator<NamedRow> {
  let places: Map<string, number> | null = null;
  let count = 0;
  for await (const { fields, line } of readCsvRows(
    readBytes(path, () => {}),
    path,
  )) {
    if (places === null) {
      const header = fields.map((field) => field.trim());
      places = new Map([...needed, ...known].map((name) => [name, header.indexOf(name)]));
      const missing = needed.find((name) => places?.get(name) === -1);
      if (missing === undefined) continue;
      const has = header.slice(0, SHOWN_COLUMNS).join(', ').slice(0, 200);
      throw new CommandError(fault, `${path} has no column ${missing}. Its first line names ${has}.`, { file: path });
    }
    count += 1;
    if (count > mostRows) {
      throw new CommandError(fault, `${path} has more than ${mostRows} rows. Give a part of it.`, { file: path });
    }
    const named = [...places].map(([name, place]) => [name, (fields[place] ?? '').trim()]);
    yield { fields: Object.fromEntries(named), line };
  }
}

/** A number of a field; null when it is empty. Error: the fault. */
export function numberIn(path: string, { fields, line }: NamedRow, column: string, fault: FileFault): number | null {
  const text = fields[column] ?? '';
  if (text === '') return null;
  const value = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw invalid(path, line, column, text, 'is no number', fault);
}

/** Unix milliseconds of a time: ISO 8601 (UTC where no zone is named), or Unix seconds or milliseconds. Error: the fault. */
export function timeIn(path: string, { fields, line }: NamedRow, column: string, fault: FileFault): number {
  const text = fields[column] ?? '';
  const at = /^\d{9,13}(\.\d+)?$/.test(text) ? unixMs(Number(text)) : Date.parse(withZone(text));
  if (Number.isFinite(at)) return at;
  throw invalid(path, line, column, text, 'is no time such as 2026-11-01T08:00:00Z', fault);
}

const GREATEST_UNIX_SECONDS = 1e11;

function unixMs(value: number): number {
  return value < GREATEST_UNIX_SECONDS ? value * 1000 : value;
}

function withZone(text: string): string {
  const iso = text.replace(' ', 'T');
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) return `${iso}T00:00:00Z`;
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(iso) ? `${iso}Z` : iso;
}

export function invalid(
  path: string,
  line: number,
  column: string,
  text: string,
  why: string,
  fault: FileFault,
): CommandError {
  const detail = `${path}, line ${line}, column ${column}: "${text.slice(0, 40)}" ${why}.`;
  return new CommandError(fault, detail, { file: path, line, column });
}

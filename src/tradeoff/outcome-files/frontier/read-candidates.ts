import { AppError } from '../../../platform/errors/index.ts';
import { type DataFile, type DataRow, readDataRows } from '../file-rows.ts';
import { createValueInvalid, toShownText } from '../value-errors.ts';
import { readYamlValue } from '../yaml-value.ts';
import { makeNamesUnique } from './unique-names.ts';

/** Columns of a table of candidates. */
export interface CandidateColumns {
  readonly name: readonly string[];
  readonly quality: string;
  readonly cost: string;
  /** A sample size for all rows, or its column; null: unknown. */
  readonly n: number | string | null;
}

/** A row of the table; null is unknown. */
export interface CandidateRow {
  readonly name: string;
  readonly quality: number | null;
  readonly cost: number | null;
  readonly n: number | null;
}

export interface CandidateTable {
  readonly rows: readonly CandidateRow[];
  /** Qualities are proportions: from percent signs, or from a sample size. */
  readonly isProportion: boolean;
}

const MOST_ROWS = 100_000;
const MOST_NAME_CHARACTERS = 200;
const MOST_TEXT_BYTES = 4 * 1024 * 1024;
const UNKNOWN = new Set(['', '-', '—', 'n/a', 'na', 'nan', 'null', 'none', 'unknown', '#n/a']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Reads a table of candidates: CSV, CSV.gz, Parquet, or a YAML or JSON list of records. A cost of 0 is unknown: leaderboards write it for a missing
 * figure. Names that repeat get their row number. Errors: those of reading, `outcome_column_missing`, `outcome_value_invalid`, `outcomes_empty`,
 * `outcome_file_too_long`.
 */
export async function readCandidates(file: DataFile, columns: CandidateColumns): Promise<CandidateTable> {
  const nColumn = typeof columns.n === 'string' ? [columns.n] : [];
  const asked = [...columns.name, columns.quality, columns.cost, ...nColumn];
  const source = /\.(ya?ml|json)$/i.test(file.path) ? readRecords(file, asked) : readDataRows(file, asked);
  const read: ReadRow[] = [];
  for await (const row of source) {
    if (read.length >= MOST_ROWS) throw createTooLong(file.path);
    read.push(parseRow(file.path, row, columns));
  }
  if (read.length === 0) {
    throw new AppError(
      'outcomes_empty',
      `${file.path} has no rows. It needs a header line and a row for each candidate.`,
      {
        file: file.path,
      },
    );
  }
  return toTable(file.path, columns, read);
}

interface ReadRow {
  readonly row: number;
  readonly name: string;
  readonly quality: number | null;
  readonly hasPercentSign: boolean;
  readonly cost: number | null;
  readonly n: number | null;
}

function parseRow(path: string, { fields, row }: DataRow, columns: CandidateColumns): ReadRow {
  const width = columns.name.length;
  const parts = fields.slice(0, width).filter((text) => text !== '');
  const name = toShownText(parts.join(', '), MOST_NAME_CHARACTERS);
  if (name === '') throw createValueInvalid(path, row, columns.name.join(', '), '', 'is an empty name');
  const [quality = '', cost = '', n = ''] = fields.slice(width);
  const parsedCost = parseNumber(path, row, columns.cost, cost.replace(/^[$€£]\s*/, ''));
  if (parsedCost !== null && parsedCost < 0)
    throw createValueInvalid(path, row, columns.cost, cost, 'is a negative cost');
  return {
    row,
    name,
    quality: parseNumber(path, row, columns.quality, quality.replace(/\s*%$/, '')),
    hasPercentSign: quality.endsWith('%'),
    cost: parsedCost === 0 ? null : parsedCost,
    n: typeof columns.n === 'string' ? parseSampleSize(path, row, columns.n, n) : columns.n,
  };
}

function parseNumber(path: string, row: number, column: string, text: string): number | null {
  if (UNKNOWN.has(text.toLowerCase())) return null;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw createValueInvalid(path, row, column, text, 'is not a number: leave an unknown value empty');
}

function parseSampleSize(path: string, row: number, column: string, text: string): number | null {
  const n = parseNumber(path, row, column, text);
  if (n === null || (Number.isInteger(n) && n > 0)) return n;
  throw createValueInvalid(path, row, column, text, 'is not a sample size: write a whole number above 0');
}

function toTable(path: string, columns: CandidateColumns, read: readonly ReadRow[]): CandidateTable {
  const known = read.filter(({ quality }) => quality !== null);
  const signed = known.filter(({ hasPercentSign }) => hasPercentSign);
  const [unsigned] = known.filter(({ hasPercentSign }) => !hasPercentSign);
  if (signed.length > 0 && unsigned !== undefined) {
    const why = 'has no percent sign, others of the column have one';
    throw createValueInvalid(path, unsigned.row, columns.quality, String(unsigned.quality), why);
  }
  const isProportion = signed.length > 0 || columns.n !== null;
  const isPercent = signed.length > 0 || (isProportion && known.some(({ quality }) => (quality as number) > 1));
  const names = makeNamesUnique(
    read.map(({ name }) => name),
    read.map(({ row }) => row),
  );
  const rows = read.map(({ row, quality: given, cost, n }, at) => {
    const quality = given !== null && isPercent ? given / 100 : given;
    if (isProportion && quality !== null && (quality < 0 || quality > 1)) {
      throw createValueInvalid(
        path,
        row,
        columns.quality,
        String(given),
        'is not a proportion from 0 to 1 or 0 to 100 %',
      );
    }
    return { name: names[at] ?? '', quality, cost, n };
  });
  return { rows, isProportion };
}

/** A YAML or JSON list of records; a field that no record has is an error, a missing one is empty. */
async function* readRecords(file: DataFile, columns: readonly string[]): AsyncGenerator<DataRow> {
  const records = await parseRecords(file);
  for (const column of columns) {
    if (records.some((record) => Object.hasOwn(record, column))) continue;
    const [first = {}] = records;
    const has = toShownText(Object.keys(first).slice(0, 12).join(', '), 300);
    const detail = `${file.path} has no field "${column}". Its first record has ${has}.`;
    throw new AppError('outcome_column_missing', detail, { file: file.path, column });
  }
  for (const [row, record] of records.entries()) {
    yield { row, fields: columns.map((column) => formatField(record[column])) };
  }
}

async function parseRecords({ path, readBytes }: DataFile): Promise<Record<string, unknown>[]> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of readBytes()) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_TEXT_BYTES) throw createTooLong(path);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const content = await readYamlValue(text, (why) => createNoList(path, why));
  if (Array.isArray(content) && content.every(isRecord)) return content;
  throw createNoList(path, 'it is not a list of records');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function formatField(value: unknown): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value).trim();
}

function createNoList(path: string, why: string): AppError {
  const detail = `${path}: ${why}. Give a list of records, each with the same fields.`;
  return new AppError('outcome_value_invalid', detail, { file: path });
}

function createTooLong(path: string): AppError {
  const detail = `${path} has more than ${MOST_ROWS.toLocaleString('en')} rows, or too many fields for YAML. Give a part of it, as CSV.`;
  return new AppError('outcome_file_too_long', detail, { file: path, mostRows: MOST_ROWS });
}

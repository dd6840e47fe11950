import { AppError } from '../../../platform/errors/index.ts';
import {
  type Lake,
  type LakeSession,
  type LakeTable,
  quoteIdentifier,
  quoteLiteral,
  type StagedFile,
} from '../../../platform/lake/index.ts';
import { type BillUnit, billRows, buildUnitPartition } from '../bill-rows.ts';
import type { FocusColumn } from '../formats/focus-columns.ts';
import { type BillDataset, type RowSplit, splitRows } from '../formats/index.ts';
import type { RejectedRow } from '../schema.ts';
import { buildCanonicalSelect, type CanonicalRows, explainRejection, type RowOrigin } from './canonical.ts';
import { type BillFileFormat, inspectFile } from './inspect-file.ts';
import { normalizeLineEnds } from './line-ends.ts';
import { prepareReadableFile } from './readable-file.ts';
import { findRecordLines } from './record-lines.ts';
import type { Written, WrittenFile } from './written.ts';

/** Maximum number of listed rejected rows; the rest is only counted. */
const LISTED_REJECTIONS = 1000;

/** Output of the reader, with valid and rejected rows. */
const inspectedRows: LakeTable = {
  ...billRows,
  name: 'bill_inspected',
  columns: { ...billRows.columns, reject: 'VARCHAR' },
};

/** Number of a record in its file, from 1. */
const RECORD = 'coalesce(source_row, file_row_number + 1)';

export interface StagedBillFile extends StagedRows {
  /** Display name: `FOCUS`, `AWS CUR`. */
  readonly format: string;
  readonly dataset: BillDataset;
  /** FOCUS columns that the file contains. */
  readonly columns: readonly FocusColumn[];
  readonly written: Written;
}

interface StagedRows {
  /** Accepted rows, one file per billing period. */
  readonly accepted: readonly { readonly period: string; readonly file: StagedFile }[];
  readonly acceptedRows: number;
  readonly rejectedRows: number;
  readonly rejected: readonly RejectedRow[];
}

export interface BillFileInput extends WrittenFile {
  readonly origin: RowOrigin;
  readonly unit: Omit<BillUnit, 'period'>;
  /** Dataset declared by the manifest of the delivery; null when not declared. */
  readonly dataset: BillDataset | null;
}

interface StructuralError {
  readonly line: number;
  readonly column: string | null;
  readonly reason: string;
}

/**
 * Converts one bill file to canonical Parquet files, streamed by the engine; they stay invisible until they are swapped
 * in.
 */
export async function stageBillFile(lake: Lake, input: BillFileInput): Promise<StagedBillFile> {
  const format = await inspectFile(input.path, input.name);
  if (format.kind === 'parquet' || !format.hasMixedLineEnds) return stageInspected(lake, input, format);
  await using copy = await normalizeLineEnds(
    { path: input.path, compression: format.compression },
    lake.scratchPath('csv'),
  );
  return await stageInspected(lake, { ...input, path: copy.path }, { ...format, compression: 'none' });
}

async function stageInspected(lake: Lake, input: BillFileInput, format: BillFileFormat): Promise<StagedBillFile> {
  return lake.session(async (session) => {
    const { source, mapping, written } = await prepareReadableFile(session, input, format);
    const inspected = await readWhole(session, buildCanonicalSelect(source, mapping, input.origin), input);
    const made = [inspected];
    try {
      const structural = format.kind === 'csv' ? await findStructuralErrors(session, input.name) : [];
      const settled = await settle(lake, session, input, format, made, inspected, structural, mapping.split);
      return {
        ...settled,
        format: mapping.format,
        dataset: mapping.dataset,
        columns: [...mapping.columns.keys()],
        written,
      };
    } catch (error) {
      await lake.discard(made);
      throw error;
    }
  });
}

async function readWhole(session: LakeSession, rows: CanonicalRows, input: BillFileInput): Promise<StagedFile> {
  try {
    return await session.stage(inspectedRows, '', rows.select, [], rows.others);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    if (!/CSV Error|Invalid Input|Parquet|Corrupt|TProtocol|Snappy|ZSTD/i.test(message)) throw error;
    const line = /line:?\s*(\d+)/i.exec(message)?.[1];
    const where = line === undefined ? input.name : `${input.name}, line ${line}`;
    const why = /unterminated quote/i.test(message) ? 'a quoted field that never ends' : 'content that does not parse';
    throw new AppError(
      'bill_malformed',
      `${where}: ${why}. Nothing was stored; export the file again.`,
      { file: input.name, ...(line === undefined ? {} : { line: Number(line) }) },
      { cause: error },
    );
  }
}

const structuralReasons: Readonly<Record<string, string>> = {
  'TOO MANY COLUMNS': 'more fields than the header names',
  'MISSING COLUMNS': 'fewer fields than the header names; the file may be cut off',
  'LINE SIZE OVER MAXIMUM': 'longer than 16 MiB; a quote may never be closed',
  'INVALID ENCODING': 'bytes that are not UTF-8 text',
};

async function findStructuralErrors(session: LakeSession, name: string): Promise<StructuralError[]> {
  const rows = await session.query(
    'SELECT line::INTEGER AS line, any_value(error_type)::VARCHAR AS kind, any_value(error_message) AS error_message, any_value(csv_line) AS csv_line FROM reject_errors GROUP BY ALL ORDER BY line',
  );
  const unclosed = rows.find((row) => row.kind === 'UNQUOTED VALUE');
  if (unclosed !== undefined) {
    // An open quote absorbs the rows after it, so the number of bad rows is unknown and the file is refused.
    const line = Number(unclosed.line);
    const detail = `${name}, line ${line}: ${describeBrokenQuote(String(unclosed.csv_line))}. Nothing was stored; export the file again.`;
    throw new AppError('bill_malformed', detail, { file: name, line });
  }
  return rows.map((row) => ({
    line: Number(row.line),
    column: null,
    reason: structuralReasons[String(row.kind)] ?? String(row.error_message),
  }));
}

/**
 * Text after a closing quote means a quote that was not doubled; otherwise the quote is open to the end of the file.
 */
function describeBrokenQuote(record: string): string {
  const isClosed = /(^|[,;\t|])"(?:[^"]|"")*"(?=[^",;\t|\r\n])/.test(record);
  return isClosed ? 'a quote inside a quoted field that is not doubled' : 'a quoted field that never ends';
}

async function settle(
  lake: Lake,
  session: LakeSession,
  input: BillFileInput,
  format: BillFileFormat,
  made: StagedFile[],
  inspected: StagedFile,
  structural: readonly StructuralError[],
  split: RowSplit | undefined,
): Promise<StagedRows> {
  const relation = lake.stagedRelation(inspectedRows, [inspected]);
  const [counts] = await session.query(
    `SELECT count(reject)::INTEGER AS rejected, count(*)::INTEGER AS records,
      list(DISTINCT period) FILTER (reject IS NULL) AS periods,
      count(*) FILTER (reject IS NULL AND ${split?.when ?? 'false'})::INTEGER AS split FROM ${relation}`,
  );
  const badRows = Number(counts?.rejected ?? 0);
  const periods = ((counts?.periods as string[] | null) ?? []).toSorted();
  const accepted = await stageAcceptedByPeriod(
    session,
    input,
    made,
    inspected,
    relation,
    badRows,
    periods,
    Number(counts?.split) > 0 ? split : undefined,
  );
  const rejected =
    badRows + structural.length === 0 ? [] : await listRejections(session, input, format, relation, structural);
  if (!accepted.some(({ file }) => file.id === inspected.id)) await lake.discard([inspected]);
  return {
    accepted,
    acceptedRows: Number(counts?.records) - badRows,
    rejectedRows: badRows + structural.length,
    rejected,
  };
}

async function stageAcceptedByPeriod(
  session: LakeSession,
  input: BillFileInput,
  made: StagedFile[],
  inspected: StagedFile,
  relation: string,
  badRows: number,
  periods: readonly string[],
  split: RowSplit | undefined,
): Promise<{ period: string; file: StagedFile }[]> {
  const partitionOf = (period: string) => buildUnitPartition({ ...input.unit, period });
  const [only] = periods;
  if (badRows === 0 && split === undefined && periods.length === 1 && only !== undefined) {
    // The usual case: the inspected file becomes the file of its unit, without a second write.
    return [{ period: only, file: { ...inspected, table: billRows.name, partition: partitionOf(only) } }];
  }
  const columns = [...Object.keys(billRows.columns), ...inspected.others];
  const files: { period: string; file: StagedFile }[] = [];
  for (const period of periods) {
    const accepted = `(SELECT * REPLACE (${RECORD} AS source_row) FROM ${relation}
      WHERE reject IS NULL AND period = ${quoteLiteral(period)})`;
    const select =
      split === undefined
        ? `SELECT ${columns.map(quoteIdentifier).join(', ')} FROM ${accepted}`
        : splitRows(accepted, split, columns);
    const file = await session.stage(billRows, partitionOf(period), select, [], inspected.others);
    // Recorded immediately, so that a failure in a later period can discard every staged file.
    made.push(file);
    files.push({ period, file });
  }
  return files;
}

async function listRejections(
  session: LakeSession,
  input: BillFileInput,
  format: BillFileFormat,
  relation: string,
  structural: readonly StructuralError[],
): Promise<RejectedRow[]> {
  const rows = await session.query(
    `SELECT ${RECORD}::INTEGER AS record, reject FROM ${relation} WHERE reject IS NOT NULL ORDER BY record LIMIT ${LISTED_REJECTIONS}`,
  );
  const records = new Set(rows.map((row) => Number(row.record)));
  const lines =
    format.kind === 'csv' && records.size > 0
      ? await findRecordLines(input.path, format.compression, records, new Set(structural.map(({ line }) => line)))
      : new Map<number, number>();
  const bad = rows.map((row): RejectedRow => {
    const { column, reason } = explainRejection(String(row.reject));
    return { file: input.name, line: lines.get(Number(row.record)) ?? null, column, reason };
  });
  const malformed = structural.map((error): RejectedRow => ({ file: input.name, ...error }));
  return [...malformed, ...bad].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)).slice(0, LISTED_REJECTIONS);
}

import { open, stat } from 'node:fs/promises';
import { AppError } from '../../platform/errors/index.ts';
import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import { detectFormat, readBytesAt, type TableFile, toUnreadable } from '../../platform/tables/index.ts';
import type { EvaluationColumns } from './schema.ts';

/** Table of the session with the columns `id`, `cluster`, `confidence`, `latency_ms`, `cost` and `o0`, `o1`, … as text. */
export const RAW = 'evaluation_raw';

/** Largest JSON table: it is one JSON value, which the engine holds in memory as a whole. */
const MOST_JSON_BYTES = 256 * 1024 * 1024;

/** Names of the outcomes in the order of their columns `o0`, `o1`, …: the binary one first. */
export function listOutcomes({ correct, scores }: EvaluationColumns): { name: string; kind: 'binary' | 'score' }[] {
  const binary = correct === undefined ? [] : [{ name: correct, kind: 'binary' as const }];
  return [...binary, ...scores.map((name) => ({ name, kind: 'score' as const }))];
}

/**
 * Reads the named columns of a file into the session as text. CSV, CSV.gz, Parquet, and the JSON of `mlflow.log_table`
 * (pandas orient `split`). Errors: those of `detectFormat`, `evaluation_column_missing`, `csv_malformed`, `file_unreadable`,
 * `payload_too_large`.
 */
export async function readOutcomeTable(
  session: LakeSession,
  file: TableFile,
  columns: EvaluationColumns,
): Promise<void> {
  const format = (await isJson(file)) ? 'json' : await detectFormat(file);
  try {
    if (format === 'json') return await readSplitJson(session, file, columns);
    const compression = format === 'csv.gz' ? 'gzip' : 'none';
    const relation =
      format === 'parquet'
        ? `read_parquet(${quoteLiteral(file.path)})`
        : `read_csv(${quoteLiteral(file.path)}, header = true, all_varchar = true, compression = '${compression}')`;
    const known = await session.query(`DESCRIBE SELECT * FROM ${relation}`);
    const names = known.map((row) => String(row.column_name));
    assertColumns(file.name, columns, names);
    await createRawTable(session, relation, columns, quoteIdentifier);
  } catch (error) {
    throw format === 'json' ? toJsonError(error, file) : toUnreadable(error, file, format);
  }
}

async function isJson({ path }: TableFile): Promise<boolean> {
  await using file = await open(path, 'r');
  return (await readBytesAt(file, 0, 64)).toString('latin1').trimStart().startsWith('{');
}

/** `{"columns": ["id", "correct"], "data": [["a", 1], …]}`. */
async function readSplitJson(session: LakeSession, file: TableFile, columns: EvaluationColumns): Promise<void> {
  const { size } = await stat(file.path);
  if (size > MOST_JSON_BYTES) {
    const detail = `${file.name} has ${size} bytes; a JSON table may have ${MOST_JSON_BYTES}. Log it as .parquet instead.`;
    throw new AppError('payload_too_large', detail, { file: file.name, sizeBytes: size });
  }
  const read = (select: string) =>
    `SELECT ${select} FROM read_json(${quoteLiteral(file.path)}, format = 'auto', maximum_object_size = ${size + 1024},
      columns = {columns: 'VARCHAR[]', data: 'JSON[]'})`;
  const [head] = await session.query(read('columns'));
  const names = Array.isArray(head?.columns) ? head.columns.map(String) : [];
  assertColumns(file.name, columns, names);
  const place = (name: string) => `json_extract_string(r, '$[${names.indexOf(name)}]')`;
  await createRawTable(session, `(${read('unnest(data) AS r')})`, columns, place);
}

async function createRawTable(
  session: LakeSession,
  relation: string,
  columns: EvaluationColumns,
  toSql: (name: string) => string,
): Promise<void> {
  const text = (name: string | undefined, as: string) =>
    name === undefined ? [] : [`CAST(${toSql(name)} AS VARCHAR) AS ${as}`];
  const selected = [
    ...text(columns.id, 'id'),
    ...text(columns.cluster, 'cluster'),
    ...text(columns.confidence, 'confidence'),
    ...text(columns.latencyMs, 'latency_ms'),
    ...text(columns.cost, 'cost'),
    ...listOutcomes(columns).flatMap(({ name }, at) => text(name, `o${at}`)),
  ];
  await session.query(`CREATE OR REPLACE TEMP TABLE ${RAW} AS SELECT ${selected.join(', ')} FROM ${relation}`);
}

/** Column names are case-sensitive in files, and not in the engine: both are compared exactly. */
function assertColumns(file: string, columns: EvaluationColumns, known: readonly string[]): void {
  const { scores, currency: _currency, ...single } = columns;
  const wanted = [...Object.values(single), ...scores];
  const missing = wanted.find((name) => name !== undefined && !known.includes(name));
  if (missing === undefined) return;
  const detail = `${file} has no column "${missing}". Its columns are ${known.slice(0, 12).join(', ') || 'none'}.`;
  throw new AppError('evaluation_column_missing', detail, { file, column: missing });
}

function toJsonError(error: unknown, { name }: TableFile): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const detail = `${name} is not a JSON table of mlflow.log_table: {"columns": [...], "data": [[...]]}. Log it again, or import CSV or Parquet.`;
  return new AppError('file_unreadable', detail, { file: name }, { cause: error });
}

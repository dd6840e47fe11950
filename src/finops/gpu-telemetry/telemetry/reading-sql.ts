import type { GpuUnit } from './schema.ts';
import { findColumn, type SourceFile } from './source-file.ts';

/** Reasons to reject a row; the number in the file of readings is the index in this list. 0: accepted. */
export const FAULTS = [
  null,
  'no reading: the value is empty, or NaN',
  'the value is no number',
  'the value is below zero',
  'the value is more than there can be: over 100 %, or a mark of DCGM for "not known"',
  'the time cannot be read',
  'the time is in the future',
  'no GPU is named',
] as const;

/** Factors to the stored unit, and plausible maximum values. Marks of DCGM for "not known" are far above. */
const SCALES: Readonly<Record<GpuUnit | 'gpus', { readonly factor: string; readonly most: string }>> = {
  percent: { factor: '/ 100', most: '100' },
  ratio: { factor: '', most: '1' },
  bytes: { factor: '', most: `${2 ** 46}` },
  MiB: { factor: '* 1048576', most: `${2 ** 26}` },
  gpus: { factor: '', most: '10000000' },
};

export interface Readings {
  /** SQL of the expression that identifies a GPU. */
  readonly gpu: string;
  readonly value: string;
  readonly time: string;
  readonly unit: GpuUnit | 'gpus';
  /** Readings after this time, Unix milliseconds, are rejected. */
  readonly latest: number;
}

/**
 * A SELECT of the rows of a file as readings: gpu, sampledAt, value, fault (0: none), example (of a row with a fault). Most
 * rows have no fault, so that is checked first.
 */
export function buildReadingsSelect(source: SourceFile, readings: Readings): string {
  const { factor, most } = SCALES[readings.unit];
  const [value, time] = [findColumn(source, [readings.value]), findColumn(source, [readings.time])];
  const isTextual = isText(source, readings.value);
  const raw = `SELECT CAST(${readings.gpu} AS VARCHAR) AS named, ${value} AS rawValue, ${time} AS rawTime,
      ${isTextual ? `TRY_CAST(${value} AS DOUBLE)` : `CAST(${value} AS DOUBLE)`} AS v, ${buildUnixTimeSql(source, readings.time, time)} AS n
    FROM ${source.relation}`;
  const timed = `SELECT rawValue, rawTime, v, ${buildInstantExpression(source, readings.time)} AS t,
      CASE WHEN starts_with(named, ' ') OR ends_with(named, ' ') THEN trim(named) ELSE named END AS g FROM (${raw})`;
  const latest = `make_timestamp(${Math.floor(readings.latest)}000)`;
  const nothing = isTextual ? `rawValue IS NULL OR trim(rawValue) = '' OR isnan(v)` : 'v IS NULL OR isnan(v)';
  const judged = `SELECT *, CASE WHEN v >= 0 AND v <= ${most} AND t <= ${latest} AND g <> '' THEN 0
      WHEN coalesce(${nothing}, false) THEN 1 WHEN v IS NULL OR NOT isfinite(v) THEN 2
      WHEN v < 0 THEN 3 WHEN v > ${most} THEN 4 WHEN t IS NULL THEN 5 WHEN t > ${latest} THEN 6 ELSE 7 END AS fault
    FROM (${timed})`;
  return `SELECT g AS gpu, t AS "sampledAt", v ${factor} AS value, fault::UTINYINT AS fault,
      CASE WHEN fault > 0 THEN concat_ws(', ', 'GPU ' || coalesce(g, ''), 'time ' || coalesce(rawTime::VARCHAR, ''),
        'value ' || coalesce(rawValue::VARCHAR, '')) END AS example
    FROM (${judged})`;
}

function isText(source: SourceFile, column: string): boolean {
  return source.types.get(column) === 'VARCHAR';
}

function isTime(source: SourceFile, column: string): boolean {
  return /^(TIMESTAMP|DATE)/.test(source.types.get(column) ?? '');
}

/** A column of times as a number, if it is numeric. */
function buildUnixTimeSql(source: SourceFile, name: string, column: string): string {
  if (isTime(source, name)) return 'NULL::DOUBLE';
  return isText(source, name) ? `TRY_CAST(${column} AS DOUBLE)` : `CAST(${column} AS DOUBLE)`;
}

/** SQL of a column as an instant (TIMESTAMP, null if invalid). Error: `gpu_column_missing`. */
export function buildInstantSql(source: SourceFile, name: string): string {
  const column = findColumn(source, [name]);
  return `(${buildInstantExpression(source, name, { raw: column, number: buildUnixTimeSql(source, name, column) })})`;
}

/**
 * Numbers are Unix time in seconds, milliseconds or microseconds: the unit that gives a time in this millennium. Text
 * without a zone is UTC.
 */
function buildInstantExpression(
  source: SourceFile,
  name: string,
  { raw, number: n } = { raw: 'rawTime', number: 'n' },
): string {
  if (isTime(source, name)) return `TRY_CAST(${raw} AS TIMESTAMP)`;
  const micros = `CASE WHEN ${n} >= 1e14 THEN 1 WHEN ${n} >= 1e11 THEN 1e3 ELSE 1e6 END`;
  const counted = `CASE WHEN ${n} >= 0 AND ${n} < 1e17 THEN make_timestamp((${n} * ${micros})::BIGINT) END`;
  if (!isText(source, name)) return counted;
  return `CASE WHEN ${n} IS NULL THEN CAST(TRY_CAST(${raw} AS TIMESTAMPTZ) AS TIMESTAMP) ELSE ${counted} END`;
}

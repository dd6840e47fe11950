import type { GpuUnit } from './schema.ts';
import { columnOf, type SourceFile } from './source-file.ts';

/** Why a row is not kept; the number in the file of readings is its place here. 0: it is. */
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

/** Values as they are stored, and the most of them that is believed. Marks of DCGM for "not known" are far above. */
const SCALES: Readonly<Record<GpuUnit | 'gpus', { readonly factor: string; readonly most: string }>> = {
  percent: { factor: '/ 100', most: '100' },
  ratio: { factor: '', most: '1' },
  bytes: { factor: '', most: `${2 ** 46}` },
  MiB: { factor: '* 1048576', most: `${2 ** 26}` },
  gpus: { factor: '', most: '10000000' },
};

export interface Readings {
  /** SQL of what tells GPUs apart. */
  readonly gpu: string;
  readonly value: string;
  readonly time: string;
  readonly unit: GpuUnit | 'gpus';
  /** What is after it, Unix milliseconds, is not believed. */
  readonly latest: number;
}

/** A SELECT of the rows of a file as readings: gpu, sampledAt, value, fault (0: none), example (of a row that has one). */
export function readingsSelect(source: SourceFile, readings: Readings): string {
  const { factor, most } = SCALES[readings.unit];
  const [value, time] = [columnOf(source, [readings.value]), columnOf(source, [readings.time])];
  const raw = `SELECT trim(CAST(${readings.gpu} AS VARCHAR)) AS g, ${value} AS rawValue, ${time} AS rawTime,
      ${isText(source, readings.value) ? `TRY_CAST(trim(${value}) AS DOUBLE)` : `CAST(${value} AS DOUBLE)`} AS v,
      ${instant(source, readings.time, time)} AS t
    FROM ${source.relation}`;
  const nothing = isText(source, readings.value)
    ? `rawValue IS NULL OR trim(rawValue) = '' OR isnan(v)`
    : 'v IS NULL OR isnan(v)';
  const judged = `SELECT *, CASE WHEN coalesce(${nothing}, false) THEN 1 WHEN v IS NULL OR NOT isfinite(v) THEN 2
      WHEN v < 0 THEN 3 WHEN v > ${most} THEN 4 WHEN t IS NULL THEN 5
      WHEN t > make_timestamp(${Math.floor(readings.latest)}000) THEN 6 WHEN g IS NULL OR g = '' THEN 7 ELSE 0 END AS fault
    FROM (${raw})`;
  return `SELECT CASE fault WHEN 0 THEN g END AS gpu, t AS sampledAt, v ${factor} AS value, fault::UTINYINT AS fault,
      CASE WHEN fault > 0 THEN concat_ws(', ', 'GPU ' || coalesce(g, ''), 'time ' || coalesce(rawTime::VARCHAR, ''),
        'value ' || coalesce(rawValue::VARCHAR, '')) END AS example
    FROM (${judged})`;
}

function isText(source: SourceFile, column: string): boolean {
  return source.types.get(column) === 'VARCHAR';
}

/** Numbers are Unix time: as many seconds, milliseconds or microseconds as are in this millennium. Text without a zone is UTC. */
function instant(source: SourceFile, name: string, column: string): string {
  const type = source.types.get(name) ?? '';
  if (/^(TIMESTAMP|DATE)/.test(type)) return `TRY_CAST(${column} AS TIMESTAMP)`;
  const number = type === 'VARCHAR' ? `TRY_CAST(${column} AS DOUBLE)` : `CAST(${column} AS DOUBLE)`;
  const micros = `CASE WHEN ${number} >= 1e14 THEN 1 WHEN ${number} >= 1e11 THEN 1e3 ELSE 1e6 END`;
  const counted = `CASE WHEN ${number} >= 0 AND ${number} < 1e17 THEN make_timestamp((${number} * ${micros})::BIGINT) END`;
  if (type !== 'VARCHAR') return counted;
  return `CASE WHEN ${number} IS NULL THEN CAST(TRY_CAST(${column} AS TIMESTAMPTZ) AS TIMESTAMP) ELSE ${counted} END`;
}

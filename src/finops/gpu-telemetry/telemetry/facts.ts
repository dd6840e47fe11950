import { AppError } from '../../../platform/errors/index.ts';
import type { LakeSession, LakeTable } from '../../../platform/lake/index.ts';
import { FAULTS } from './reading-sql.ts';
import type { GpuImport } from './schema.ts';

/** Readings of a file on their way in; never swapped in. */
export const INCOMING: LakeTable = {
  name: 'gpu_incoming',
  columns: { gpu: 'VARCHAR', sampledAt: 'TIMESTAMP', value: 'DOUBLE', fault: 'UTINYINT', example: 'VARCHAR' },
};

/** Contents of a file of readings. */
export interface FileFacts extends Pick<GpuImport, 'rows' | 'accepted' | 'gpus' | 'rejected' | 'firstAt' | 'lastAt'> {
  /** UTC days of the readings, sorted. */
  readonly days: readonly string[];
}

/** Each day is written as a separate file; a file with more days probably has wrong times. */
const MOST_DAYS = 1000;

/** Error: `gpu_samples_unusable` if no valid row is left. */
export async function readFacts(session: LakeSession, relation: string, name: string): Promise<FileFacts> {
  const faults = await session.query(
    `SELECT fault::INTEGER AS fault, count(*)::DOUBLE AS rows, min(example) AS example FROM ${relation} GROUP BY fault ORDER BY fault`,
  );
  const days = await session.query(
    `SELECT "sampledAt"::DATE::VARCHAR AS day, count(*)::DOUBLE AS rows, epoch_ms(min("sampledAt"))::DOUBLE AS first,
        epoch_ms(max("sampledAt"))::DOUBLE AS last
      FROM ${relation} WHERE fault = 0 GROUP BY 1 ORDER BY 1`,
  );
  const rejected = faults.flatMap(({ fault, rows, example }) => {
    const reason = FAULTS[Number(fault)] ?? null;
    return reason === null ? [] : [{ reason, rows: Number(rows), example: String(example).slice(0, 300) }];
  });
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) throw createSamplesError(name, rejected);
  if (days.length > MOST_DAYS) {
    const detail = `${name} has readings of ${days.length} days, from ${first.day} to ${last.day}; one import takes at most ${MOST_DAYS}. Check the column of times, or split the file.`;
    throw new AppError('gpu_samples_unusable', detail, { file: name });
  }
  const [gpus] = await session.query(`SELECT count(DISTINCT gpu)::INTEGER AS gpus FROM ${relation} WHERE fault = 0`);
  const total = (rows: readonly Record<string, unknown>[]) => rows.reduce((sum, row) => sum + Number(row.rows), 0);
  return {
    rows: total(faults),
    accepted: total(days),
    gpus: Number(gpus?.gpus ?? 0),
    rejected,
    days: days.map(({ day }) => String(day)),
    firstAt: new Date(Number(first.first)).toISOString(),
    lastAt: new Date(Number(last.last)).toISOString(),
  };
}

function createSamplesError(name: string, rejected: GpuImport['rejected']): AppError {
  const [worst] = rejected.toSorted((a, b) => b.rows - a.rows);
  const why = worst === undefined ? 'it has no row' : `${worst.rows} rows: ${worst.reason} (${worst.example})`;
  return new AppError('gpu_samples_unusable', `${name} has no valid reading: ${why}.`, { file: name });
}

/** Number of GPUs used to estimate the typical interval of readings. */
const LOOKED_AT = 20;

/** The distance between readings of one GPU that half of them do not exceed. Error: `gpu_interval_unknown`. */
export async function readUsualInterval(session: LakeSession, relation: string, name: string): Promise<number> {
  const [row] = await session.query(
    `SELECT quantile_disc(d, 0.5)::DOUBLE AS interval FROM (
        SELECT epoch_ms("sampledAt") - lag(epoch_ms("sampledAt")) OVER (PARTITION BY gpu ORDER BY "sampledAt") AS d
        FROM ${relation} WHERE fault = 0 AND gpu IN (SELECT DISTINCT gpu FROM ${relation} WHERE fault = 0 ORDER BY gpu LIMIT ${LOOKED_AT})
      ) WHERE d > 0`,
  );
  if (typeof row?.interval === 'number') return row.interval;
  const detail = `${name} has one reading of each GPU, so the interval of a reading is unknown. State it, for example --interval 15s`;
  throw new AppError('gpu_interval_unknown', detail, { file: name });
}

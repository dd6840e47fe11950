import { AppError } from '../../../platform/errors/index.ts';
import { type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import { GAP_FACTOR } from '../telemetry/day-sql.ts';
import { buildInstantSql } from '../telemetry/reading-sql.ts';
import { findColumn, type SourceFile } from '../telemetry/source-file.ts';
import { buildHolderSql, type HolderColumns, rowToHolder } from './holder-columns.ts';
import type { NotedHolding } from './holding.ts';

/** Columns of a file of readings for the time, the GPU, and its holder. */
export interface HolderFileColumns extends HolderColumns {
  readonly gpu: string;
  readonly time: string;
}

export interface HoldersRead {
  readonly holdings: readonly NotedHolding[];
  /** Number of rows that are skipped because of a too long name. */
  readonly leftOut: number;
}

const MOST_STRETCHES = 1_000_000;

interface Times {
  readonly intervalMs: number;
  /** Readings after this time, Unix milliseconds, are rejected. */
  readonly latest: number;
}

/**
 * Holders of GPUs, from the rows of a file of readings. A reading covers the time up to the next one of the GPU, or the
 * interval; adjacent times of the same holder are joined. Rows without a value count too: the GPU was held regardless of its
 * load. At the same instant, a row with a holder overrides a row without one. Error: `gpu_holders_unusable`.
 */
export async function readHoldersOfReadings(
  session: LakeSession,
  source: SourceFile,
  asked: HolderFileColumns,
  times: Times,
): Promise<HoldersRead> {
  const { isTooLong, items } = buildHolderSql(source, asked);
  await source.guard(
    session.query(`CREATE OR REPLACE TEMP TABLE ${ROWS} AS ${buildRowsSelect(source, asked, items, times.latest)}`),
  );
  const [long] = await session.query(`SELECT count(*)::DOUBLE AS rows FROM ${ROWS} WHERE ${isTooLong}`);
  const rows = await session.query(`${buildStretchesSelect(source, asked, times)} LIMIT ${MOST_STRETCHES + 1}`);
  await session.query(`DROP TABLE ${ROWS}`);
  if (rows.length > MOST_STRETCHES) {
    const detail = `${source.name} has more than ${MOST_STRETCHES} changes of holders; send it in parts.`;
    throw new AppError('gpu_holders_unusable', detail, { file: source.name });
  }
  const holdings = rows.map((row) => ({
    ...{ gpu: String(row.gpu), start: Number(row.s), end: Number(row.e) },
    holder: rowToHolder(row, asked),
  }));
  return { holdings, leftOut: Number(long?.rows ?? 0) };
}

/** Temporary tables of the session. */
const ROWS = 'gpu_holder_row';

function buildRowsSelect(
  source: SourceFile,
  { gpu, time }: HolderFileColumns,
  items: readonly string[],
  latest: number,
): string {
  const raw = `SELECT trim(CAST(${findColumn(source, [gpu])} AS VARCHAR)) AS gpu, epoch_ms(${buildInstantSql(source, time)}) AS t,
      ${items.join(', ')} FROM ${source.relation}`;
  return `SELECT * FROM (${raw}) WHERE gpu <> ${quoteLiteral('')} AND t <= ${latest}`;
}

function buildStretchesSelect(source: SourceFile, asked: HolderFileColumns, { intervalMs }: Times): string {
  const { names, isTooLong, isNobody } = buildHolderSql(source, asked);
  const who = ['gpu', ...names].join(', ');
  const spans = `SELECT gpu, t, CASE WHEN next - t <= ${GAP_FACTOR} * ${intervalMs} THEN next ELSE t + ${intervalMs} END AS e
    FROM (SELECT gpu, t, lead(t) OVER (PARTITION BY gpu ORDER BY t) AS next FROM (SELECT DISTINCT gpu, t FROM ${ROWS}))`;
  const said = `SELECT *, ${isNobody} AS is_free FROM ${ROWS} WHERE NOT ${isTooLong}`;
  const held = `SELECT * FROM (${said}) QUALIFY NOT is_free OR bool_and(is_free) OVER (PARTITION BY gpu, t)`;
  const before = `SELECT h.*, e, coalesce(t > lag(e) OVER (PARTITION BY ${who} ORDER BY t), true) AS starts
    FROM (${held}) h JOIN (${spans}) USING (gpu, t)`;
  const numbered = `SELECT *, sum(starts::INTEGER) OVER (PARTITION BY ${who} ORDER BY t) AS stretch FROM (${before})`;
  return `SELECT ${who}, min(t)::DOUBLE AS s, max(e)::DOUBLE AS e FROM (${numbered}) GROUP BY ${who}, stretch ORDER BY gpu, s`;
}

import { type LakeSession, quoteIdentifier } from '../../../platform/lake/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import type { Band, Table, TableColumn, Variation } from '../../drift/index.ts';
import type { DriftWatch } from '../../monitors/schema.ts';

/** With fewer periods, a standard deviation is too uncertain. */
const FEWEST_PERIODS = 4;
/** Number of standard deviations above the mean. Sinusoidal seasons reach 1.2. */
const DEVIATIONS = 2;
/** A column of numbers with no more distinct values may be compared value by value; see `calibratedChoice`. */
const MOST_LEVELS = 20;
/** Numbers are counted by hundredths of the reference, texts by their most frequent ones. */
const PARTS = 100;
/** Longer texts are counted with the rare ones. */
const LONGEST_TEXT = 256;
const SHARE_DIGITS = 6;

/** SQL over rows with `predictedAt` and `prediction`: which period of the reference a row is of. Periods are as long as windows. */
export function periodSql({ window }: Pick<DriftWatch, 'window'>): string {
  if ('hours' in window) return `epoch_ms(predictedAt) // ${window.hours * HOUR_MS}`;
  return `(row_number() OVER (ORDER BY predictedAt, prediction) - 1) // ${window.predictions}`;
}

/**
 * Variation between the periods of a reference. For each column and each measure of an effect size: mean + 2 standard
 * deviations of the distance of each period from all others together. Also the band that contains all periods. Undefined
 * where fewer than four periods have enough rows. `table` has the column `period`.
 */
export async function measureVariation(
  session: LakeSession,
  table: Table,
  drift: Pick<DriftWatch, 'window' | 'minPredictions'>,
): Promise<Record<string, Variation> | undefined> {
  const least = 'hours' in drift.window ? drift.minPredictions : drift.window.predictions;
  const rows = `(SELECT * FROM ${table.relation} WHERE period IN (
    SELECT period FROM ${table.relation} GROUP BY period HAVING count(*) >= ${least}))`;
  const [counted] = await session.query(`SELECT count(DISTINCT period)::DOUBLE AS periods FROM ${rows}`);
  if (Number(counted?.periods ?? 0) < FEWEST_PERIODS) return undefined;
  const found: [string, Variation][] = [];
  for (const column of table.columns) {
    if (column.blank || column.kind === 'other') continue;
    found.push([column.name, await measureColumnVariation(session, rows, column)]);
  }
  return Object.fromEntries(found);
}

async function measureColumnVariation(
  session: LakeSession,
  rows: string,
  { name, kind }: TableColumn,
): Promise<Variation> {
  const value = quoteIdentifier(name);
  if (kind === 'text') {
    const { jensenshannon, band } = await measureDistances(session, buildFrequentLevels(rows, value));
    return { ks: null, jensenshannon, ...(band && { band: { ...band, ks: null } }) };
  }
  const [counted] = await session.query(`SELECT count(DISTINCT ${value})::DOUBLE AS levels FROM ${rows}`);
  const isFew = Number(counted?.levels ?? 0) <= MOST_LEVELS;
  const known = `SELECT period, ${value} AS value FROM ${rows} WHERE isfinite(${value})`;
  const parts = `SELECT period, least(${PARTS - 1}, floor(${PARTS} * percent_rank() OVER (ORDER BY value))) AS level, value FROM (${known})`;
  const measured = await measureDistances(
    session,
    isFew ? `SELECT period, value AS level, value FROM (${known})` : parts,
  );
  if (isFew) return measured;
  const { ks, band } = measured;
  return { ks, jensenshannon: null, ...(band && { band: { ...band, jensenshannon: null } }) };
}

function buildFrequentLevels(rows: string, value: string): string {
  return `SELECT period, coalesce(rank, ${PARTS}) AS level, frequent.level AS value
    FROM ${rows} valued LEFT JOIN (
      SELECT level, row_number() OVER (ORDER BY rows DESC, level) AS rank FROM (
        SELECT ${value} AS level, count(*) AS rows FROM ${rows} WHERE length(${value}) <= ${LONGEST_TEXT} GROUP BY ALL
      ) QUALIFY rank < ${PARTS}
    ) frequent ON frequent.level = valued.${value} WHERE valued.${value} IS NOT NULL`;
}

/**
 * Input: rows with `period`, `level` and `value`. Distribution functions go by the order of `level`; a level covers the
 * values up to its largest.
 */
async function measureDistances(session: LakeSession, levels: string): Promise<Variation> {
  const part = (share: string) => `CASE WHEN ${share} > 0 THEN ${share} * ln(2 * ${share} / (own + others)) ELSE 0 END`;
  const rows = await session.query(`WITH
    counted AS (SELECT period, level, max(value) AS value, count(*)::DOUBLE AS n FROM (${levels}) GROUP BY period, level),
    periods AS (SELECT period, sum(n) AS rows FROM counted GROUP BY period),
    levels AS (SELECT level, max(value) AS value, sum(n) AS every FROM counted GROUP BY level),
    whole AS (SELECT sum(rows) AS total FROM periods),
    shares AS (
      SELECT period, level, coalesce(n, 0) / rows AS own, (every - coalesce(n, 0)) / (total - rows) AS others
      FROM periods CROSS JOIN levels CROSS JOIN whole LEFT JOIN counted USING (period, level) WHERE total > rows),
    apart AS (
      SELECT period, level, own, sum(own) OVER below AS upTo, abs(sum(own - others) OVER below) AS gap,
        ${part('own')} + ${part('others')} AS divergence
      FROM shares WINDOW below AS (PARTITION BY period ORDER BY level)),
    each AS (
      SELECT period, max(gap) AS ks, sqrt(greatest(0, sum(divergence) / 2)) AS jensenshannon FROM apart GROUP BY period),
    summary AS (
      SELECT count(*)::DOUBLE AS periods, avg(ks) + ${DEVIATIONS} * stddev_pop(ks) AS ks,
        avg(jensenshannon) + ${DEVIATIONS} * stddev_pop(jensenshannon) AS jensenshannon FROM each),
    bounds AS (
      SELECT level, min(own) AS low, max(own) AS high, min(upTo) AS lowUpTo, max(upTo) AS highUpTo FROM apart GROUP BY level)
    SELECT value, low, high, lowUpTo, highUpTo, summary.* FROM bounds JOIN levels USING (level) CROSS JOIN summary ORDER BY level`);
  const [row] = rows;
  if (row === undefined || Number(row.periods) < FEWEST_PERIODS) return { ks: null, jensenshannon: null };
  return { ks: Number(row.ks), jensenshannon: Number(row.jensenshannon), band: toBand(rows) };
}

function toBand(rows: readonly Record<string, unknown>[]): Band {
  const shares = (key: string) => rows.map((row) => Number(Number(row[key]).toFixed(SHARE_DIGITS)));
  const values = rows.flatMap(({ value }) => (typeof value === 'number' || typeof value === 'string' ? [value] : []));
  // The last level of texts is that of all others, and has no value; where it is missing, the reference had no others.
  const others = rows.length > values.length ? [] : [0];
  return {
    values,
    ks: { low: shares('lowUpTo'), high: shares('highUpTo') },
    jensenshannon: { low: [...shares('low'), ...others], high: [...shares('high'), ...others] },
  };
}

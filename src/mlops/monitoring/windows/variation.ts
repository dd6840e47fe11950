import { identifier, type LakeSession } from '../../../platform/lake/index.ts';
import type { Variation } from '../drift/profiles/profile.ts';
import type { Table, TableColumn } from '../drift/tables/table.ts';
import type { DriftWatch } from '../monitors/drift/schema.ts';

const HOUR_MS = 3_600_000;
/** With fewer periods than this a standard deviation says nothing. */
const FEWEST_PERIODS = 4;
/** How many standard deviations above their mean. Seasons like a sine reach 1.2 of them. */
const DEVIATIONS = 2;
/** A column of numbers with no more distinct values may be compared value by value; see `calibratedChoice`. */
const MOST_LEVELS = 20;
/** Numbers are counted by hundredths of the reference, texts by their most frequent ones. */
const PARTS = 100;

/** SQL over rows with `predictedAt` and `prediction`: which period of the reference a row is of. Periods are as long as windows. */
export function periodSql({ window }: Pick<DriftWatch, 'window'>): string {
  if ('hours' in window) return `epoch_ms(predictedAt) // ${window.hours * HOUR_MS}`;
  return `(row_number() OVER (ORDER BY predictedAt, prediction) - 1) // ${window.predictions}`;
}

/**
 * How far the periods of a reference differ by themselves: for each column mean + 2 standard deviations of the distance of each period from all
 * the others together, by each measure of an effect size. Undefined where fewer than four periods have enough rows. `table` has the column `period`.
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
    found.push([column.name, await variationOf(session, rows, column)]);
  }
  return Object.fromEntries(found);
}

async function variationOf(session: LakeSession, rows: string, { name, kind }: TableColumn): Promise<Variation> {
  const value = identifier(name);
  if (kind === 'text') {
    const { jensenshannon } = await distances(session, frequentLevels(rows, value));
    return { ks: null, jensenshannon };
  }
  const [counted] = await session.query(`SELECT count(DISTINCT ${value})::DOUBLE AS levels FROM ${rows}`);
  const isFew = Number(counted?.levels ?? 0) <= MOST_LEVELS;
  const known = `SELECT period, ${value} AS value FROM ${rows} WHERE isfinite(${value})`;
  const parts = `SELECT period, least(${PARTS - 1}, floor(${PARTS} * percent_rank() OVER (ORDER BY value))) AS level FROM (${known})`;
  const { ks, jensenshannon } = await distances(
    session,
    isFew ? `SELECT period, value AS level FROM (${known})` : parts,
  );
  return { ks, jensenshannon: isFew ? jensenshannon : null };
}

function frequentLevels(rows: string, value: string): string {
  return `SELECT period, CASE WHEN frequent.level IS NOT NULL THEN rank ELSE ${PARTS} END AS level
    FROM ${rows} valued LEFT JOIN (
      SELECT level, row_number() OVER (ORDER BY rows DESC, level) AS rank FROM (
        SELECT ${value} AS level, count(*) AS rows FROM ${rows} WHERE ${value} IS NOT NULL GROUP BY ALL
      ) QUALIFY rank < ${PARTS}
    ) frequent ON frequent.level = valued.${value} WHERE valued.${value} IS NOT NULL`;
}

/** Over rows with `period` and `level`, by whose order the distribution functions go. */
async function distances(session: LakeSession, levels: string): Promise<Variation> {
  const part = (share: string) => `CASE WHEN ${share} > 0 THEN ${share} * ln(2 * ${share} / (own + others)) ELSE 0 END`;
  const [row] = await session.query(`WITH
    counted AS (SELECT period, level, count(*)::DOUBLE AS n FROM (${levels}) GROUP BY ALL),
    periods AS (SELECT period, sum(n) AS rows FROM counted GROUP BY period),
    levels AS (SELECT level, sum(n) AS every FROM counted GROUP BY level),
    whole AS (SELECT sum(rows) AS total FROM periods),
    shares AS (
      SELECT period, level, coalesce(n, 0) / rows AS own, (every - coalesce(n, 0)) / (total - rows) AS others
      FROM periods CROSS JOIN levels CROSS JOIN whole LEFT JOIN counted USING (period, level) WHERE total > rows),
    apart AS (
      SELECT period, abs(sum(own - others) OVER (PARTITION BY period ORDER BY level)) AS gap,
        ${part('own')} + ${part('others')} AS divergence
      FROM shares),
    each AS (
      SELECT period, max(gap) AS ks, sqrt(greatest(0, sum(divergence) / 2)) AS jensenshannon FROM apart GROUP BY period)
    SELECT count(*)::DOUBLE AS periods, avg(ks) + ${DEVIATIONS} * stddev_pop(ks) AS ks,
      avg(jensenshannon) + ${DEVIATIONS} * stddev_pop(jensenshannon) AS jensenshannon FROM each`);
  if (row === undefined || Number(row.periods) < FEWEST_PERIODS) return { ks: null, jensenshannon: null };
  return { ks: Number(row.ks), jensenshannon: Number(row.jensenshannon) };
}

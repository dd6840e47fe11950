export interface PeriodOptions {
  readonly windowMs: number;
  readonly maxGapMs: number;
  /** FROM item of the parts of GPUs, of seven: gpu, slices. All other GPUs are whole ones. */
  readonly weights: string;
}

/** Name of the temporary table that `periodsSelect` fills. */
export const MARKED = 'gpu_marked';

/**
 * Stretches with their periods. Stretches of one GPU at one level, low or not, are one period if their readings are at most
 * `maxGapMs` apart: a lost reading does not end it. `idle`: part of a low period of at least `windowMs` from its first
 * reading to the end of its last. `lostMs`: the bridged time before the stretch.
 */
export function buildPeriodsSelect(stretches: string, { windowMs, maxGapMs, weights }: PeriodOptions): string {
  const timed = `SELECT gpu, "import", low, epoch_ms("startedAt") AS s, epoch_ms("lastAt") AS l, epoch_ms("startedAt") + "spanMs" AS e,
      "spanMs" AS ms, samples, "valueMs" FROM ${stretches}`;
  const looked = `SELECT *, lag(l) OVER w AS beforeLast, lag(e) OVER w AS beforeEnd, lag(low) OVER w AS beforeLow
    FROM (${timed}) WINDOW w AS (PARTITION BY gpu ORDER BY s)`;
  const numbered = `SELECT *, CASE WHEN s - beforeLast <= ${maxGapMs} THEN greatest(s - beforeEnd, 0) ELSE 0 END AS lostMs,
      sum(coalesce(s - beforeLast > ${maxGapMs} OR low <> beforeLow, true)::INTEGER) OVER (PARTITION BY gpu ORDER BY s) AS period
    FROM (${looked})`;
  // Weighted by the counted time, in whole milliseconds, so that a constant half has a mean of a half.
  const value = `CASE WHEN slices IS NULL OR ms = 0 THEN "valueMs" ELSE "valueMs" * ${buildSeventhsSql('ms')} / ms END`;
  return `SELECT n.gpu, "import", low, s, e, ${buildSeventhsSql('ms')} AS ms, samples, ${value} AS "valueMs",
      ${buildSeventhsSql('lostMs')} AS lostMs, period, slices,
      max(e) OVER p - min(s) OVER p AS periodMs,
      low AND max(e) OVER p - min(s) OVER p >= ${windowMs} AS idle
    FROM (${numbered}) n LEFT JOIN ${weights} w ON w.gpu = n.gpu WINDOW p AS (PARTITION BY n.gpu, period)`;
}

/** Time of a row of the table, with its `slices`: a part of a GPU counts as that number of sevenths. */
export const buildSeventhsSql = (ms: string) =>
  `CASE WHEN slices IS NULL THEN ${ms} ELSE round((${ms}) * slices / 7)::BIGINT END`;

/** By GPU: times in milliseconds as texts. */
export const GPU_TIMES = `SELECT gpu, sum(ms)::VARCHAR AS ms, sum(lostMs)::VARCHAR AS "lostMs", sum(samples)::DOUBLE AS samples,
    sum("valueMs")::DOUBLE AS "valueMs", coalesce(sum(ms) FILTER (idle), 0)::VARCHAR AS "idleMs",
    coalesce(sum("valueMs") FILTER (idle), 0)::DOUBLE AS "idleValueMs",
    count(DISTINCT period) FILTER (idle)::INTEGER AS "idlePeriods",
    coalesce(max(periodMs) FILTER (idle), 0)::DOUBLE AS "longestIdleMs"
  FROM ${MARKED} GROUP BY gpu ORDER BY gpu`;

/** Time with a price, by GPU and number of the rate. `rates`: a VALUES list of import, number, and [from, to) in Unix milliseconds. */
export function buildPricedTimesSql(rates: string): string {
  return `SELECT gpu, rate::INTEGER AS rate, sum(part)::VARCHAR AS ms, coalesce(sum(part) FILTER (idle), 0)::VARCHAR AS "idleMs"
    FROM (SELECT gpu, idle, rate, ${buildSeventhsSql('least(e, until) - greatest(s, since)')} AS part
      FROM ${MARKED} JOIN (VALUES ${rates}) r("import", rate, since, until) USING ("import") WHERE s < until AND e > since)
    GROUP BY gpu, rate ORDER BY gpu, rate`;
}

/** Idle time with memory readings, split by memory in use (`low` false) or free. */
export function buildIdleMemorySql(memory: string): string {
  return `SELECT low, sum(${buildSeventhsSql('least(e, me) - greatest(s, ms)')})::VARCHAR AS ms
    FROM (SELECT gpu, s, e, slices FROM ${MARKED} WHERE idle) i
    JOIN (SELECT gpu, low, epoch_ms("startedAt") AS ms, epoch_ms("startedAt") + "spanMs" AS me FROM ${memory}) m
      ON i.gpu = m.gpu AND i.s < m.me AND m.ms < i.e
    GROUP BY low`;
}

/** Time of the GPUs of pools: number times time, by pool and import. */
export function buildPoolTimesSql(total: string, unallocated: string): string {
  const sums = (relation: string) =>
    `SELECT gpu AS pool, "import", sum("valueMs")::DOUBLE AS value, min(epoch_ms("startedAt"))::DOUBLE AS since FROM ${relation} GROUP BY ALL`;
  return `SELECT pool, "import", t.value AS total, u.value AS unallocated, t.since AS since
    FROM (${sums(total)}) t JOIN (${sums(unallocated)}) u USING (pool, "import") ORDER BY pool, since`;
}

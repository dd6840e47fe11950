import { literal } from '../../../platform/lake/index.ts';
import { MARKED } from '../idle/periods-sql.ts';

/** Temporary tables of the session; `MARKED` is there before them. */
const PIECE = 'gpu_piece';
const TOLD = 'gpu_told';
const SEGMENT = 'gpu_segment';
const PART = 'gpu_part';
const CUT = 'gpu_cut_used';
const MEMORY = 'gpu_memory_part';

const DAY_MS = 86_400_000;
const ROWS_A_STATEMENT = 1000;

/** Nobody has said who held it. */
export const UNSAID = -1;

/** A set of holders as the SQL has it: from 0 on; of those that are nobody, below `UNSAID`. */
export interface ToldTime {
  readonly gpu: string;
  readonly start: number;
  readonly end: number;
  readonly held: number;
}

/** Told times as a table. */
export function tellTimes(times: readonly ToldTime[]): string[] {
  const made = `CREATE OR REPLACE TEMP TABLE ${TOLD} (gpu VARCHAR, s BIGINT, e BIGINT, held INTEGER)`;
  const inserts: string[] = [];
  for (let at = 0; at < times.length; at += ROWS_A_STATEMENT) {
    const rows = times.slice(at, at + ROWS_A_STATEMENT);
    const values = rows.map(({ gpu, start, end, held }) => `(${literal(gpu)}, ${start}, ${end}, ${held})`);
    inserts.push(`INSERT INTO ${TOLD} VALUES ${values.join(', ')}`);
  }
  return [made, ...inserts];
}

const byDay = (start: string, end: string) =>
  `unnest(generate_series(${start} // ${DAY_MS}, (${end} - 1) // ${DAY_MS}))`;

/**
 * Cuts the marked stretches at midnights, at changes of holders and at changes of prices: everything is joined within a GPU and a
 * day, so that it does not grow with the square of the days. `rates`: a VALUES list of import, number and [from, to) in Unix
 * milliseconds that covers all time.
 */
export function cutStretches(rates: string): string[] {
  return [
    `CREATE OR REPLACE TEMP TABLE ${PIECE} AS
      SELECT gpu, "import", idle, low, "valueMs" AS v, s AS s0, e AS e0, day, greatest(s, day * ${DAY_MS}) AS s, least(e, (day + 1) * ${DAY_MS}) AS e
      FROM (SELECT *, ${byDay('s', 'e')} AS day FROM ${MARKED} WHERE e > s)`,
    `CREATE OR REPLACE TEMP TABLE ${SEGMENT} AS
      WITH days AS (SELECT DISTINCT gpu, day FROM ${PIECE}),
      held AS (SELECT gpu, day, greatest(s, day * ${DAY_MS}) AS s, least(e, (day + 1) * ${DAY_MS}) AS e, held
        FROM (SELECT *, ${byDay('s', 'e')} AS day FROM ${TOLD}) SEMI JOIN days USING (gpu, day)),
      gaps AS (SELECT gpu, day, coalesce(lag(e) OVER (PARTITION BY gpu, day ORDER BY s), day * ${DAY_MS}) AS s, s AS e FROM held
        UNION ALL SELECT gpu, day, max(e), (day + 1) * ${DAY_MS} FROM held GROUP BY gpu, day
        UNION ALL SELECT gpu, day, day * ${DAY_MS}, (day + 1) * ${DAY_MS} FROM days ANTI JOIN held USING (gpu, day))
      SELECT * FROM held UNION ALL SELECT gpu, day, s, e, ${UNSAID} FROM gaps WHERE s < e`,
    `CREATE OR REPLACE TEMP TABLE ${PART} AS
      SELECT row_number() OVER () AS id, *, s = s0 AND e = e0 AS whole FROM (
        SELECT p.gpu, p.day, p.idle, p.low, p.v, p.s0, p.e0, g.held, r.rate,
          greatest(p.s, g.s, r.since) AS s, least(p.e, g.e, r.until) AS e
        FROM ${PIECE} p JOIN ${SEGMENT} g ON p.gpu = g.gpu AND p.day = g.day AND p.s < g.e AND g.s < p.e
        JOIN (VALUES ${rates}) r("import", rate, since, until) ON p."import" = r."import" AND p.s < r.until AND r.since < p.e)
      WHERE s < e`,
  ];
}

/**
 * Utilization x time of parts of stretches, from the readings themselves: the difference of what had added up at their ends. Whole
 * stretches know it from their roll-up. `samples`: a relation of readings.
 */
export function usedOfCuts(samples: string): string {
  const cut = `SELECT id, gpu, s, e FROM ${PART} WHERE NOT whole AND NOT idle AND v > 0`;
  return `CREATE OR REPLACE TEMP TABLE ${CUT} AS
    WITH cut AS (${cut}),
    ends AS (SELECT id, gpu, s AS point, -1 AS sign FROM cut UNION ALL SELECT id, gpu, e, 1 FROM cut),
    sums AS (SELECT gpu, epoch_ms("sampledAt") AS t, "spanMs" AS span, value,
        sum("spanMs" * value) OVER (PARTITION BY gpu ORDER BY "sampledAt" ROWS UNBOUNDED PRECEDING) - "spanMs" * value AS before
      FROM ${samples} WHERE gpu IN (SELECT gpu FROM cut))
    SELECT id, sum(sign * (before + value * least(point - t, span))) AS used
    FROM ends ASOF JOIN sums ON ends.gpu = sums.gpu AND ends.point >= sums.t GROUP BY id`;
}

/** Idle time of parts that readings of the memory say something of. */
export function memoryOfParts(memory: string): string {
  return `CREATE OR REPLACE TEMP TABLE ${MEMORY} AS
    WITH said AS (SELECT gpu, low, day, greatest(s, day * ${DAY_MS}) AS s, least(e, (day + 1) * ${DAY_MS}) AS e
      FROM (SELECT *, ${byDay('s', 'e')} AS day
        FROM (SELECT gpu, low, epoch_ms("startedAt") AS s, epoch_ms("startedAt") + "spanMs" AS e FROM ${memory})))
    SELECT p.id, sum(least(p.e, m.e) - greatest(p.s, m.s)) FILTER (NOT m.low) AS held,
      sum(least(p.e, m.e) - greatest(p.s, m.s)) FILTER (m.low) AS free
    FROM ${PART} p JOIN said m ON p.gpu = m.gpu AND p.day = m.day AND p.s < m.e AND m.s < p.e
    WHERE p.idle AND p.held >= ${UNSAID} GROUP BY p.id`;
}

export type StepWidth = 'all' | 'day' | 'week';

/** Days since 1970-01-01, a Thursday. */
const STEPS: Readonly<Record<StepWidth, string>> = { all: '0', day: 'day', week: '((day + 3) // 7) * 7 - 3' };

/** Time by GPU, step, set of holders and rate, in milliseconds as text. Of what nobody held, what is above the level was used by somebody. */
export function partTimes(step: StepWidth): string {
  const free = `(p.held < ${UNSAID} AND low)`;
  const sum = (of: string, filter: string) => `coalesce(sum(${of}) FILTER (${filter}), 0)`;
  return `SELECT gpu, ${STEPS[step]}::INTEGER AS step, p.held AS held, rate::INTEGER AS rate,
      ${sum('e - s', free)}::VARCHAR AS "unallocatedMs",
      ${sum('e - s', `NOT idle AND NOT ${free}`)}::VARCHAR AS "busyMs",
      ${sum('CASE WHEN whole THEN v ELSE coalesce(used, 0) END', `NOT idle AND NOT ${free}`)}::DOUBLE AS "usedMs",
      ${sum('e - s', `idle AND NOT ${free}`)}::VARCHAR AS "idleMs",
      ${sum('m.held', `idle AND NOT ${free}`)}::VARCHAR AS "heldMs", ${sum('m.free', `idle AND NOT ${free}`)}::VARCHAR AS "freeMs"
    FROM (SELECT p.*, c.used FROM ${PART} p LEFT JOIN ${CUT} c USING (id)) p LEFT JOIN ${MEMORY} m USING (id)
    GROUP BY ALL ORDER BY ALL`;
}

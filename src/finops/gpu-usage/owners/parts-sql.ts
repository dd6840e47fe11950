import { quoteLiteral } from '../../../platform/lake/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import { buildSeventhsSql, MARKED } from '../idle/periods-sql.ts';

/** Temporary tables of the session; `MARKED` is there before them. */
const PIECE = 'gpu_piece';
const NAME = 'gpu_name';
const HOLDER_TIMES = 'gpu_told';
const SEGMENT = 'gpu_segment';
const PART = 'gpu_part';
const CUT = 'gpu_cut_used';
const MEMORY = 'gpu_memory_part';

const ROWS_A_STATEMENT = 1000;

/** Index of GPU time with an unknown holder. */
export const UNKNOWN_SET = -1;

/** Time of a GPU with a set of holders by its index in the SQL: from 0 on for holders, below `UNKNOWN_SET` for free time. */
export interface SetTime {
  readonly gpu: string;
  readonly start: number;
  readonly end: number;
  readonly held: number;
}

/**
 * Milliseconds of a part [from, to) of a stretch that began at s0. For a part of a GPU (MIG) it is the number of its
 * sevenths, counted from the start of the stretch, so that the parts of the stretch add up to it.
 */
const buildMillisecondsSql = (from: string, to: string) =>
  `(${buildSeventhsSql(`(${to}) - s0`)} - ${buildSeventhsSql(`(${from}) - s0`)})`;

export interface Statement {
  readonly sql: string;
  readonly parameters?: readonly string[];
}

/** Loads reported times as a table. They are passed as one text, with GPUs by number: a list of values takes ten times as long to parse. */
export function loadTimes(times: readonly SetTime[]): Statement[] {
  const gpus = [...new Set(times.map(({ gpu }) => gpu))];
  const numbers = new Map(gpus.map((gpu, number) => [gpu, number]));
  const lines = times.map(({ gpu, start, end, held }) => `${numbers.get(gpu)} ${start} ${end} ${held}`);
  const part = (place: number, type: string) => `split_part(line, ' ', ${place})::${type}`;
  const made = [
    { sql: `CREATE OR REPLACE TEMP TABLE ${NAME} (number INTEGER, gpu VARCHAR)` },
    { sql: `CREATE OR REPLACE TEMP TABLE ${HOLDER_TIMES} (gpu VARCHAR, s BIGINT, e BIGINT, held INTEGER)` },
  ];
  for (let at = 0; at < gpus.length; at += ROWS_A_STATEMENT) {
    const values = gpus.slice(at, at + ROWS_A_STATEMENT).map((gpu, index) => `(${at + index}, ${quoteLiteral(gpu)})`);
    made.push({ sql: `INSERT INTO ${NAME} VALUES ${values.join(', ')}` });
  }
  if (lines.length === 0) return made;
  const sql = `INSERT INTO ${HOLDER_TIMES} SELECT n.gpu, ${part(2, 'BIGINT')}, ${part(3, 'BIGINT')}, ${part(4, 'INTEGER')}
    FROM (SELECT unnest(string_split($1, chr(10))) AS line) t JOIN ${NAME} n ON n.number = ${part(1, 'INTEGER')}`;
  return [...made, { sql, parameters: [lines.join('\n')] }];
}

const buildDaysSql = (start: string, end: string) =>
  `unnest(generate_series(${start} // ${DAY_MS}, (${end} - 1) // ${DAY_MS}))`;

/**
 * Cuts the marked stretches at midnights, at changes of holders and at changes of prices: everything is joined within a GPU and a
 * day, so that it does not grow with the square of the days. `rates`: a VALUES list of import, number and [from, to) in Unix
 * milliseconds that covers all time.
 */
export function cutStretches(rates: string): string[] {
  return [
    `CREATE OR REPLACE TEMP TABLE ${PIECE} AS
      SELECT gpu, "import", slices, idle, low, "valueMs" AS v, s AS s0, e AS e0, day, greatest(s, day * ${DAY_MS}) AS s, least(e, (day + 1) * ${DAY_MS}) AS e
      FROM (SELECT *, ${buildDaysSql('s', 'e')} AS day FROM ${MARKED} WHERE e > s)`,
    `CREATE OR REPLACE TEMP TABLE ${SEGMENT} AS
      WITH days AS (SELECT DISTINCT gpu, day FROM ${PIECE}),
      held AS (SELECT gpu, day, greatest(s, day * ${DAY_MS}) AS s, least(e, (day + 1) * ${DAY_MS}) AS e, held
        FROM (SELECT *, ${buildDaysSql('s', 'e')} AS day FROM ${HOLDER_TIMES}) SEMI JOIN days USING (gpu, day)),
      gaps AS (SELECT gpu, day, coalesce(lag(e) OVER (PARTITION BY gpu, day ORDER BY s), day * ${DAY_MS}) AS s, s AS e FROM held
        UNION ALL SELECT gpu, day, max(e), (day + 1) * ${DAY_MS} FROM held GROUP BY gpu, day
        UNION ALL SELECT gpu, day, day * ${DAY_MS}, (day + 1) * ${DAY_MS} FROM days ANTI JOIN held USING (gpu, day))
      SELECT * FROM held UNION ALL SELECT gpu, day, s, e, ${UNKNOWN_SET} FROM gaps WHERE s < e`,
    `CREATE OR REPLACE TEMP TABLE ${PART} AS
      SELECT row_number() OVER () AS id, *, s = s0 AND e = e0 AS whole, ${buildMillisecondsSql('s', 'e')} AS ms FROM (
        SELECT p.gpu, p.slices, p.day, p.idle, p.low, p.v, p.s0, p.e0, g.held, r.rate,
          greatest(p.s, g.s, r.since) AS s, least(p.e, g.e, r.until) AS e
        FROM ${PIECE} p JOIN ${SEGMENT} g ON p.gpu = g.gpu AND p.day = g.day AND p.s < g.e AND g.s < p.e
        JOIN (VALUES ${rates}) r("import", rate, since, until) ON p."import" = r."import" AND p.s < r.until AND r.since < p.e)
      WHERE s < e`,
  ];
}

/**
 * Utilization x time of parts of stretches, from the single readings. Complete stretches have it in their roll-up, and days
 * with the roll-up only (`rolledUp`) are left out. Both sides are split at the hours, so that each reading is joined with
 * the few parts of its GPU and hour. `samples`: a relation of readings.
 */
export function buildUsedSql(samples: string, rolledUp: readonly string[]): string {
  const numbers = rolledUp.map((day) => Date.parse(day) / DAY_MS);
  const kept = numbers.length === 0 ? '' : ` AND day NOT IN (${numbers.join(', ')})`;
  const end = `least(e, (hour + 1) * ${HOUR_MS})`;
  return `CREATE OR REPLACE TEMP TABLE ${CUT} AS
    WITH cut AS (SELECT id, gpu, slices, hour, greatest(s, hour * ${HOUR_MS}) AS s, ${end} AS e
      FROM (SELECT id, gpu, slices, s, e, unnest(generate_series(s // ${HOUR_MS}, (e - 1) // ${HOUR_MS})) AS hour
        FROM ${PART} WHERE NOT whole AND NOT idle AND v > 0${kept})),
    raw AS (SELECT gpu, epoch_ms("sampledAt") AS s, epoch_ms("sampledAt") + "spanMs" AS e, value,
        epoch_ms("sampledAt") // ${HOUR_MS} AS hour FROM ${samples} WHERE value > 0),
    read AS (SELECT gpu, hour, s, ${end} AS e, value FROM raw
      UNION ALL SELECT gpu, hour, hour * ${HOUR_MS}, ${end}, value
        FROM (SELECT gpu, e, value, unnest(generate_series(hour + 1, (e - 1) // ${HOUR_MS})) AS hour
          FROM raw WHERE (e - 1) // ${HOUR_MS} > hour))
    SELECT c.id, coalesce(sum(r.value * (least(c.e, r.e) - greatest(c.s, r.s)) * coalesce(c.slices, 7) / 7), 0) AS used
    FROM cut c LEFT JOIN read r ON r.gpu = c.gpu AND r.hour = c.hour AND r.s < c.e AND c.s < r.e GROUP BY c.id`;
}

/** Idle time of parts with memory readings. */
export function buildPartMemorySql(memory: string): string {
  return `CREATE OR REPLACE TEMP TABLE ${MEMORY} AS
    WITH said AS (SELECT gpu, low, day, greatest(s, day * ${DAY_MS}) AS s, least(e, (day + 1) * ${DAY_MS}) AS e
      FROM (SELECT *, ${buildDaysSql('s', 'e')} AS day
        FROM (SELECT gpu, low, epoch_ms("startedAt") AS s, epoch_ms("startedAt") + "spanMs" AS e FROM ${memory})))
    SELECT p.id, sum(${buildMillisecondsSql('greatest(p.s, m.s)', 'least(p.e, m.e)')}) FILTER (NOT m.low) AS held,
      sum(${buildMillisecondsSql('greatest(p.s, m.s)', 'least(p.e, m.e)')}) FILTER (m.low) AS free
    FROM ${PART} p JOIN said m ON p.gpu = m.gpu AND p.day = m.day AND p.s < m.e AND m.s < p.e
    WHERE p.idle AND p.held >= ${UNKNOWN_SET} GROUP BY p.id`;
}

export type StepWidth = 'all' | 'day' | 'week';

/** Days since 1970-01-01, a Thursday. */
const STEPS: Readonly<Record<StepWidth, string>> = { all: '0', day: 'day', week: '((day + 3) // 7) * 7 - 3' };

/** Free GPU time of pools, in milliseconds by pool, import and step; a stretch of counts is within one day. */
export function buildFreePoolTimesSql(total: string, unallocated: string, step: StepWidth): string {
  return `SELECT gpu AS pool, "import", ${STEPS[step]}::INTEGER AS step, sum("valueMs")::DOUBLE AS ms
    FROM (SELECT *, epoch_ms("startedAt") // ${DAY_MS} AS day FROM ${unallocated}) SEMI JOIN ${total} USING (gpu, "import")
    GROUP BY ALL ORDER BY ALL`;
}

/**
 * Time by GPU, step, set of holders and rate, in milliseconds as text. Free time above the utilization threshold counts as
 * used by an unknown owner. For days without single readings, the used time of a part of a stretch is its share of the
 * stretch's used time.
 */
export function buildPartTimesSql(step: StepWidth): string {
  const free = `(p.held < ${UNKNOWN_SET} AND low)`;
  const sum = (of: string, filter: string) => `coalesce(sum(${of}) FILTER (${filter}), 0)`;
  return `SELECT gpu, ${STEPS[step]}::INTEGER AS step, p.held AS held, rate::INTEGER AS rate,
      ${sum('p.ms', free)}::VARCHAR AS "unallocatedMs",
      ${sum('p.ms', `NOT idle AND NOT ${free}`)}::VARCHAR AS "busyMs",
      ${sum('CASE WHEN whole OR v = 0 THEN v ELSE coalesce(used, v * (e - s) / (e0 - s0)) END', `NOT idle AND NOT ${free}`)}::DOUBLE AS "usedMs",
      ${sum('p.ms', `idle AND NOT ${free}`)}::VARCHAR AS "idleMs",
      ${sum('m.held', `idle AND NOT ${free}`)}::VARCHAR AS "heldMs", ${sum('m.free', `idle AND NOT ${free}`)}::VARCHAR AS "freeMs"
    FROM (SELECT p.*, c.used FROM ${PART} p LEFT JOIN ${CUT} c USING (id)) p LEFT JOIN ${MEMORY} m USING (id)
    GROUP BY ALL ORDER BY ALL`;
}

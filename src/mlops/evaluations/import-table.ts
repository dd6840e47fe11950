import { createHash } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import { EXACT_TYPE, type LakeRow, type LakeSession, type StagedFile } from '../../platform/lake/index.ts';
import type { TableFile } from '../../platform/tables/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { EVALUATION_ROWS } from './lake-table.ts';
import { listOutcomes, RAW, readOutcomeTable } from './read-table.ts';
import type { Evaluation, EvaluationColumns } from './schema.ts';

/** The rows of a table in the lake, not yet named by a record. */
export interface StagedTable {
  readonly file: StagedFile;
  readonly facts: Pick<
    Evaluation,
    'rows' | 'sha256' | 'outcomes' | 'clusters' | 'confidence' | 'latencyP95Ms' | 'cost'
  >;
}

const TYPED = 'evaluation_typed';

/** Rows of one digest block: the digest of a table is that of its blocks, so that memory does not grow with it. */
const BLOCK_ROWS = 4096;

/** Reads, checks and stages a table of outcomes. Errors: those of `readOutcomeTable`, `evaluation_rows_invalid`. */
export async function stageTable(
  session: LakeSession,
  id: string,
  file: TableFile,
  columns: EvaluationColumns,
): Promise<StagedTable> {
  await readOutcomeTable(session, file, columns);
  return stageRawRows(session, id, file.name, columns);
}

/**
 * The same of a SELECT in the session with the columns `id`, `cluster` (where `columns` names one) and `o0`, `o1`, … in the order of
 * `listOutcomes`. `name` is that of the rows in messages. Error: `evaluation_rows_invalid`.
 */
export async function stageSelect(
  session: LakeSession,
  id: string,
  { name, select }: { readonly name: string; readonly select: string },
  columns: EvaluationColumns,
): Promise<StagedTable> {
  await session.query(`CREATE OR REPLACE TEMP TABLE ${RAW} AS ${select}`);
  return stageRawRows(session, id, name, columns);
}

async function stageRawRows(
  session: LakeSession,
  id: string,
  name: string,
  columns: EvaluationColumns,
): Promise<StagedTable> {
  await createTypedTable(session, columns);
  await assertRows(session, name, columns);
  const facts = await summariseRows(session, columns);
  const select = `SELECT id, cluster, outcomes, latency_ms, cost, confidence FROM ${TYPED} ORDER BY id`;
  const staged = await session.stage(EVALUATION_ROWS, id, select);
  for (const table of [RAW, TYPED]) await session.query(`DROP TABLE ${table}`);
  return { file: staged, facts };
}

/** A binary outcome as the engine reads booleans; 1.0 and 0.0 too, as pandas writes a column with a missing value. */
function toNumberSql(column: string, kind: 'binary' | 'score'): string {
  const number = `TRY_CAST(${column} AS DOUBLE)`;
  if (kind === 'score') return number;
  return `CASE WHEN ${number} IN (0, 1) THEN ${number} ELSE TRY_CAST(TRY_CAST(${column} AS BOOLEAN) AS DOUBLE) END`;
}

async function createTypedTable(session: LakeSession, columns: EvaluationColumns): Promise<void> {
  const outcomes = listOutcomes(columns).map(({ kind }, at) => toNumberSql(`o${at}`, kind));
  const optional = (name: string | undefined, sql: string, type: string) =>
    name === undefined ? `NULL::${type}` : sql;
  await session.query(`CREATE OR REPLACE TEMP TABLE ${TYPED} AS SELECT id,
    ${optional(columns.cluster, 'cluster', 'VARCHAR')} AS cluster, [${outcomes.join(', ')}] AS outcomes,
    ${optional(columns.confidence, 'TRY_CAST(confidence AS DOUBLE)', 'DOUBLE')} AS confidence,
    ${optional(columns.latencyMs, 'TRY_CAST(latency_ms AS DOUBLE)', 'DOUBLE')} AS latency_ms,
    ${optional(columns.cost, `TRY_CAST(cost AS ${EXACT_TYPE})`, EXACT_TYPE)} AS cost FROM ${RAW}`);
}

/** Refuses a table without rows, with empty or repeated ids, or with a value that is missing or no number. */
async function assertRows(session: LakeSession, file: string, columns: EvaluationColumns): Promise<void> {
  const refuse = (detail: string) => {
    throw new AppError('evaluation_rows_invalid', `${file}: ${detail}`, { file });
  };
  const values = listValueColumns(columns);
  const counted = values.map(
    ({ sql, range }, at) =>
      `count(*) FILTER (${sql} IS NULL OR NOT isfinite(${sql})${range === undefined ? '' : ` OR ${sql} NOT BETWEEN ${range}`})::INTEGER AS v${at}`,
  );
  const [row] = await session.query(
    `SELECT count(*)::INTEGER AS rows, count(*) FILTER (id IS NULL OR trim(id) = '')::INTEGER AS empty,
      count(DISTINCT id)::INTEGER AS ids${columns.cluster === undefined ? '' : `, count(*) FILTER (cluster IS NULL OR cluster = '')::INTEGER AS loose`}${counted.map((sql) => `, ${sql}`).join('')} FROM ${TYPED}`,
  );
  const count = (name: string) => Number(row?.[name] ?? 0);
  if (count('rows') === 0) refuse('it has no rows. Export it again.');
  if (count('empty') > 0) refuse(`${count('empty')} rows have no id in column "${columns.id}".`);
  if (count('ids') < count('rows')) refuse(await describeRepeatedId(session, columns.id));
  if (count('loose') > 0) refuse(`${count('loose')} rows have no value in column "${columns.cluster}".`);
  for (const [at, { name, expected }] of values.entries()) {
    const bad = count(`v${at}`);
    if (bad > 0) refuse(`${bad} rows have no ${expected} in column "${name}". Each example needs one; NaN is none.`);
  }
}

interface ValueColumn {
  readonly name: string;
  readonly sql: string;
  readonly expected: string;
  /** Bounds of the value, as an operand of BETWEEN; undefined: none. */
  readonly range?: string;
}

function listValueColumns(columns: EvaluationColumns): ValueColumn[] {
  const outcomes = listOutcomes(columns).map(({ name, kind }, at) => ({
    name,
    sql: `outcomes[${at + 1}]`,
    expected: kind === 'binary' ? 'true or false (or 1 or 0)' : 'finite number',
  }));
  const further = [
    { name: columns.latencyMs, sql: 'latency_ms' },
    { name: columns.cost, sql: 'cost::DOUBLE' },
  ];
  const { confidence } = columns;
  return [
    ...outcomes,
    ...(confidence === undefined
      ? []
      : [{ name: confidence, sql: 'confidence', expected: 'number from 0 to 1', range: '0 AND 1' }]),
    ...further.flatMap(({ name, sql }) => (name === undefined ? [] : [{ name, sql, expected: 'finite number' }])),
  ];
}

async function describeRepeatedId(session: LakeSession, column: string): Promise<string> {
  const [repeated] = await session.query(
    `SELECT id, count(*)::INTEGER AS rows FROM ${TYPED} GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1`,
  );
  return `the id "${repeated?.id}" of column "${column}" is in ${repeated?.rows} rows. Each example needs one row.`;
}

async function summariseRows(session: LakeSession, columns: EvaluationColumns): Promise<StagedTable['facts']> {
  const outcomes = listOutcomes(columns);
  const moments = outcomes.map(
    (_, at) => `avg(outcomes[${at + 1}]) AS m${at}, var_samp(outcomes[${at + 1}]) AS s${at}`,
  );
  const [row = {}] = await session.query(
    `SELECT count(*)::INTEGER AS rows, count(DISTINCT cluster)::INTEGER AS clusters, quantile_cont(latency_ms, 0.95) AS p95,
      min(confidence) AS lowest, avg(confidence) AS confidence, max(confidence) AS highest,
      sum(cost)::VARCHAR AS cost, ${moments.join(', ')} FROM ${TYPED}`,
  );
  const inflations = columns.cluster === undefined ? [] : await computeInflations(session, outcomes.length);
  return {
    rows: Number(row.rows),
    sha256: await digestRows(session, columns),
    outcomes: outcomes.map(({ name, kind }, at) => ({
      outcome: name,
      kind,
      mean: Number(row[`m${at}`]),
      variance: readNumber(row, `s${at}`),
      inflation: inflations[at] ?? null,
    })),
    clusters: columns.cluster === undefined ? null : Number(row.clusters),
    ...(columns.confidence === undefined
      ? {}
      : {
          confidence: {
            lowest: Number(row.lowest),
            mean: Number(row.confidence),
            highest: Number(row.highest),
          },
        }),
    latencyP95Ms: readNumber(row, 'p95'),
    cost:
      columns.currency === undefined ? null : { amount: decimalString(String(row.cost)), currency: columns.currency },
  };
}

/**
 * Cluster-robust variance of the mean of each outcome, divided by that of independent examples; at least 1. The robust variance is
 * G / (G - 1) times the sum over clusters of (sum of residuals)^2, divided by n^2.
 * Source: Cameron and Miller, "A practitioner's guide to cluster-robust inference" (2015), section II.
 */
async function computeInflations(session: LakeSession, outcomes: number): Promise<number[]> {
  const places = Array.from({ length: outcomes }, (_, at) => at);
  const per = (build: (at: number) => string) => places.map(build).join(', ');
  const [row = {}] = await session.query(
    `WITH whole AS (SELECT count(*) AS n, ${per((at) => `avg(outcomes[${at + 1}]) AS m${at}, var_samp(outcomes[${at + 1}]) AS v${at}`)} FROM ${TYPED}),
      groups AS (SELECT count(*) AS size, ${per((at) => `sum(outcomes[${at + 1}]) AS t${at}`)} FROM ${TYPED} GROUP BY cluster)
    SELECT ${per((at) => `sum(power(t${at} - size * m${at}, 2)) * count(*) / nullif(count(*) - 1, 0) / nullif(any_value(n) * any_value(v${at}), 0) AS i${at}`)} FROM groups, whole`,
  );
  return places.map((at) => Math.max(1, readNumber(row, `i${at}`) ?? 1));
}

/** null where the engine has no value, such as the variance of one row. */
export function readNumber(row: LakeRow, name: string): number | null {
  const value = row[name];
  return value === null || value === undefined ? null : Number(value);
}

/** SHA-256 over the names of the outcomes and the rows in order of their ids. A confidence counts where there is one. */
async function digestRows(session: LakeSession, columns: EvaluationColumns): Promise<string> {
  const hasConfidence = columns.confidence !== undefined;
  const line = `concat_ws(chr(31), id, outcomes::VARCHAR, coalesce(cluster, chr(30)), coalesce(latency_ms::VARCHAR, chr(30)), coalesce(cost::VARCHAR, chr(30))${hasConfidence ? ', confidence::VARCHAR' : ''})`;
  const [row] = await session.query(
    `SELECT sha256(string_agg(part, '' ORDER BY block)) AS rows FROM (
      SELECT block, sha256(string_agg(line, chr(10) ORDER BY id)) AS part FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) // ${BLOCK_ROWS} AS block, ${line} AS line FROM ${TYPED})
      GROUP BY block)`,
  );
  const names = listOutcomes(columns).map(({ name, kind }) => [name, kind]);
  const head = JSON.stringify([names, columns.currency ?? null, ...(hasConfidence ? ['confidence'] : [])]);
  return createHash('sha256').update(`${head}\n${row?.rows}`).digest('hex');
}

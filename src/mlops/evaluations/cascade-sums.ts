import type { Lake } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type CascadeAnswers, FOLDS, joinStages, readOutcome, toDoubleSql } from './cascade-answers.ts';
import { readNumber } from './import-table.ts';
import { computeInflation, pairRelations } from './pair.ts';
import type { PairedOutcomes } from './schema.ts';

/** The tables of a cascade to fit, and the outcome. */
export interface CascadeQuestion extends Pick<CascadeAnswers, 'first' | 'last'> {
  readonly outcome: string;
}

/** Examples of one fold between two thresholds. */
export interface ConfidenceBin {
  readonly fold: number;
  /** Number of thresholds that the confidence reaches. */
  readonly bin: number;
  readonly rows: number;
  /** Sum of first minus last outcome. */
  readonly difference: number;
  /** Sum of the squares of it. */
  readonly square: number;
}

/** Sums over the fitted examples of two tables by confidence of the first. No reported example is in them. */
export interface CascadeSums {
  /** Examples that both tables have, fitted and reported. */
  readonly examples: number;
  readonly fitted: number;
  /** Quantiles of the confidence over the fitted examples, ascending, above the lowest. */
  readonly thresholds: readonly number[];
  readonly folds: number;
  readonly bins: readonly ConfidenceBin[];
  /** Variance of the mean difference with clusters, divided by that of independent examples; 1 without clusters. */
  readonly inflation: number;
}

/** Thresholds of one fit. */
const MOST_THRESHOLDS = 48;

/**
 * Sums from which the threshold of a cascade is selected; computed in SQL, as 10^6 examples must not pass through the event loop. null
 * where a table lacks the outcome, or has it as another kind.
 */
export async function sumByConfidence(
  lake: Lake,
  sql: Sql,
  { outcome, ...tables }: CascadeQuestion,
): Promise<CascadeSums | null> {
  return lake.hold(async () => {
    const joined = await joinStages(lake, sql, tables, outcome);
    if (joined === null) return null;
    const counted = await countExamples(lake, joined.from);
    const reached = counted.thresholds.map((one) => `(confidence >= ${toDoubleSql(one)})::UTINYINT`);
    const rows = await lake.query(
      `SELECT fold::INTEGER AS fold, (${['0', ...reached].join(' + ')})::INTEGER AS bin, count(*)::INTEGER AS rows,
        sum(a - b) AS difference, sum((a - b) * (a - b)) AS square
      FROM ${joined.from} WHERE is_fitted GROUP BY ALL ORDER BY ALL`,
    );
    const bins = rows.map((row) => ({
      fold: Number(row.fold),
      bin: Number(row.bin),
      rows: Number(row.rows),
      difference: Number(row.difference),
      square: Number(row.square),
    }));
    const inflation = joined.hasClusters ? await readInflation(lake, joined.from) : 1;
    return { ...counted, folds: FOLDS, bins, inflation };
  });
}

/** Distinct confidences at equally spaced ranks, above the lowest, which every answer reaches. */
async function countExamples(
  lake: Lake,
  from: string,
): Promise<Pick<CascadeSums, 'examples' | 'fitted' | 'thresholds'>> {
  const [row = {}] = await lake.query(
    `SELECT count(*)::INTEGER AS examples, count(*) FILTER (is_fitted)::INTEGER AS fitted,
      min(confidence) FILTER (is_fitted) AS lowest,
      quantile_disc(confidence, [${Array.from({ length: MOST_THRESHOLDS }, (_, at) => (at + 1) / (MOST_THRESHOLDS + 1)).join(', ')}]) FILTER (is_fitted) AS ranks
    FROM ${from}`,
  );
  const ranks = Array.isArray(row.ranks) ? row.ranks.map(Number) : [];
  const thresholds = [...new Set(ranks)].filter((one) => one > Number(row.lowest)).toSorted((a, b) => a - b);
  return { examples: Number(row.examples), fitted: Number(row.fitted), thresholds };
}

/** Inflation of the variance of the mean difference over the fitted examples; see `computeInflation`. */
async function readInflation(lake: Lake, from: string): Promise<number> {
  const [row = {}] = await lake.query(
    `WITH pairs AS MATERIALIZED (SELECT cluster, a - b AS d FROM ${from} WHERE is_fitted),
      sums AS (SELECT count(*)::INTEGER AS pairs, avg(d) AS dm, var_samp(d) AS dv FROM pairs),
      groups AS (SELECT count(*) AS n, sum(d) AS total FROM pairs GROUP BY cluster)
    SELECT any_value(pairs) AS pairs, any_value(dv) AS dv,
      sum(power(total - n * dm, 2)) * count(*) / nullif(count(*) - 1, 0) AS robust FROM groups, sums`,
  );
  return computeInflation(readNumber(row, 'robust'), Number(row.pairs), readNumber(row, 'dv'));
}

/** A cascade on its reported examples. */
export interface ReportedCascade {
  /** The cascade (candidate) and its last table (baseline). */
  readonly paired: PairedOutcomes;
  /** Examples that the last table answers. */
  readonly escalated: number;
}

/** null where a table lacks the outcome, or has it as another kind. */
export async function reportCascade(
  lake: Lake,
  sql: Sql,
  answers: CascadeAnswers,
  outcome: string,
): Promise<ReportedCascade | null> {
  return lake.hold(async () => {
    const cascade = await readOutcome(lake, sql, answers, outcome);
    const last = await readOutcome(lake, sql, answers.last, outcome);
    if (cascade === null || last === null) return null;
    const paired = await pairRelations(lake, cascade, last);
    const [row] = await lake.query(`SELECT count(*) FILTER (escalated)::INTEGER AS escalated FROM ${cascade.from}`);
    return { paired, escalated: Number(row?.escalated ?? 0) };
  });
}

import type { Lake } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type CascadeAnswers, FOLDS, joinStages, readOutcome } from './cascade-answers.ts';
import { readNumber } from './import-table.ts';
import { buildSumsSql, computeInflation, toPairedOutcomes } from './pair.ts';
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
    const rows = await lake.query(buildBinsSql(joined.from));
    const thresholds = [...new Set(rows.flatMap(({ threshold }) => (threshold === null ? [] : [Number(threshold)])))];
    thresholds.sort((a, b) => a - b);
    const bins = rows.flatMap((row): ConfidenceBin[] =>
      row.fold === null
        ? []
        : [
            {
              fold: Number(row.fold),
              bin: row.threshold === null ? 0 : thresholds.indexOf(Number(row.threshold)) + 1,
              rows: Number(row.rows),
              difference: Number(row.difference),
              square: Number(row.square),
            },
          ],
    );
    return {
      examples: rows.reduce((sum, row) => sum + Number(row.rows), 0),
      fitted: bins.reduce((sum, bin) => sum + bin.rows, 0),
      thresholds,
      folds: FOLDS,
      bins,
      inflation: joined.hasClusters ? await readInflation(lake, joined.from) : 1,
    };
  });
}

/**
 * Sums by fold and by the highest threshold that a confidence reaches, null for none. Thresholds are distinct confidences of fitted examples at equally
 * spaced ranks, above the lowest, which every answer reaches. Reported examples are one row without a fold: they are only counted.
 */
function buildBinsSql(from: string): string {
  const ranks = Array.from({ length: MOST_THRESHOLDS }, (_, at) => (at + 1) / (MOST_THRESHOLDS + 1));
  return `WITH joined AS MATERIALIZED (SELECT a - b AS d, confidence, is_fitted, fold FROM ${from}),
    fitted AS (SELECT d, confidence, fold FROM joined WHERE is_fitted),
    ranked AS (SELECT min(confidence) AS lowest, quantile_disc(confidence, [${ranks.join(', ')}]) AS ranks FROM fitted),
    cuts AS (SELECT DISTINCT threshold FROM (SELECT unnest(ranks) AS threshold, lowest FROM ranked) WHERE threshold > lowest)
  SELECT fold::INTEGER AS fold, threshold, count(*)::INTEGER AS rows, sum(d) AS difference, sum(d * d) AS square
  FROM fitted ASOF LEFT JOIN cuts ON confidence >= threshold GROUP BY fold, threshold
  UNION ALL SELECT NULL, NULL, count(*)::INTEGER, 0, 0 FROM joined WHERE NOT is_fitted
  ORDER BY ALL`;
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
    if (cascade === null) return null;
    const { from, kind, hasClusters } = cascade;
    const joined = `SELECT o AS c, last AS b, o - last AS d, escalated${hasClusters ? ', cluster' : ''} FROM ${from}`;
    const further = ', count(*) FILTER (escalated)::INTEGER AS escalated';
    const [row = {}] = await lake.query(buildSumsSql(joined, { hasClusters, further }));
    return { paired: toPairedOutcomes(row, kind === 'binary'), escalated: Number(row.escalated ?? 0) };
  });
}

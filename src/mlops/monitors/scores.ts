import { quoteLiteral } from '../../platform/lake/index.ts';
import type { Quality } from './schema.ts';

/** A measure as the mean of a score of each labelled prediction. */
export interface Score {
  readonly metric: string;
  /** SQL over `output` and `label` (JSON): a number, or null where the prediction does not count for this measure. */
  readonly score: string;
  /**
   * `share`: scores are 0 or 1; `mean`: any number; `rootMean`: the measure is the root of the mean; `f1`: of true positives among
   * all but the true negatives, share s, it is 2 s / (1 + s); `auc`: `score` is a probability, and `positive` tells its side.
   */
  readonly of: 'share' | 'mean' | 'rootMean' | 'f1' | 'auc';
  /** For `auc`: SQL, true for rows of the positive class. */
  readonly positive?: string;
}

/** The measures of a kind of quality. */
export function listScores(quality: Quality): Score[] {
  const said = buildExtractSql('output', quality.output);
  if (quality.kind === 'classification') return listClassificationScores(said, quality);
  return quality.kind === 'regression' ? listRegressionScores(said) : listRankingScores(said, quality.k);
}

function listClassificationScores(
  said: string,
  { positive, probability }: Extract<Quality, { kind: 'classification' }>,
): Score[] {
  const [predicted, actual] = [buildTextSql(said), buildTextSql('label')];
  const right = buildSameSql(predicted, actual);
  const accuracy: Score = { metric: 'accuracy', score: `CAST(${right} AS INTEGER)`, of: 'share' };
  if (positive === undefined) return [accuracy];
  const isPositive = (value: string) => buildSameSql(value, quoteLiteral(positive));
  const among = (value: string) => `CASE WHEN ${isPositive(value)} THEN CAST(${right} AS INTEGER) END`;
  const either = `${isPositive(predicted)} OR ${isPositive(actual)}`;
  const area: Score[] =
    probability === undefined
      ? []
      : [{ metric: 'roc_auc', score: buildProbabilitySql(probability), of: 'auc', positive: isPositive(actual) }];
  return [
    accuracy,
    { metric: 'precision', score: among(predicted), of: 'share' },
    { metric: 'recall', score: among(actual), of: 'share' },
    { metric: 'f1', score: `CASE WHEN ${either} THEN CAST(${right} AS INTEGER) END`, of: 'f1' },
    ...area,
  ];
}

function listRegressionScores(said: string): Score[] {
  const error = `(${buildNumberSql(buildTextSql(said))} - ${buildNumberSql(buildTextSql('label'))})`;
  return [
    { metric: 'mae', score: `abs(${error})`, of: 'mean' },
    { metric: 'rmse', score: `${error} * ${error}`, of: 'rootMean' },
  ];
}

/**
 * Gains are 0 or 1; DCG = sum of 1 / log2(rank + 1) over the relevant among the first k, as a share of the best possible. The lists are parsed
 * once for a row, outside of the lambda over their ranks, which evaluates its expressions for every rank.
 */
function listRankingScores(said: string, k: number): Score[] {
  const parsed = `{'items': list_slice(${list(said)}, 1, ${k}), 'relevant': list_distinct(${list('label')})}`;
  const score = (ofLists: string) => `list_transform([${parsed}], lambda lists: ${ofLists})[1]`;
  const ranks =
    'list_filter(range(1, len(lists.items) + 1), lambda rank: list_contains(lists.relevant, lists.items[rank]))';
  const relevant = 'len(lists.relevant)';
  const best = `range(1, least(${k}, ${relevant}) + 1)`;
  const gain = (of: string) => `coalesce(list_sum(list_transform(${of}, lambda rank: 1 / log2(rank + 1))), 0)`;
  const share = `CAST(len(${ranks}) AS DOUBLE) / nullif(${relevant}, 0)`;
  const reciprocal = `CASE WHEN ${relevant} > 0 THEN coalesce(1 / list_min(${ranks}), 0) END`;
  return [
    { metric: `ndcg@${k}`, score: score(`${gain(ranks)} / nullif(${gain(best)}, 0)`), of: 'mean' },
    { metric: `recall@${k}`, score: score(share), of: 'mean' },
    { metric: `mrr@${k}`, score: score(reciprocal), of: 'mean' },
  ];
}

/** A number from 0 to 1 at a path of the output; null for anything else. */
export function buildProbabilitySql(path: string): string {
  const p = buildNumberSql(buildTextSql(buildExtractSql('output', path)));
  return `CASE WHEN ${p} >= 0 AND ${p} <= 1 THEN ${p} END`;
}

/** JSON at a path with dots. */
export function buildExtractSql(document: string, path: string | undefined): string {
  if (path === undefined) return document;
  const steps = path.split('.').map((name) => `."${name.replaceAll('"', '')}"`);
  return `json_extract(${document}, ${quoteLiteral(`$${steps.join('')}`)})`;
}

/** A JSON scalar as text; null for anything else. */
export function buildTextSql(json: string): string {
  return `CASE WHEN json_type(${json}) NOT IN ('OBJECT', 'ARRAY', 'NULL') THEN json_extract_string(${json}, '$') END`;
}

/** A finite number; null for anything else. */
export function buildNumberSql(value: string): string {
  return `CASE WHEN isfinite(TRY_CAST(${value} AS DOUBLE)) THEN CAST(${value} AS DOUBLE) END`;
}

/** 1 and 1.0 are one class. */
export function buildSameSql(one: string, other: string): string {
  return `coalesce(${buildNumberSql(one)} = ${buildNumberSql(other)}, ${one} = ${other})`;
}

/** Items as text: of a list, or a single item as a list of one. */
function list(json: string): string {
  return `CASE WHEN json_type(${json}) = 'ARRAY' THEN json_extract_string(${json}, '$[*]') ELSE [${buildTextSql(json)}] END`;
}

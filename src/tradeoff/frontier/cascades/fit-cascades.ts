import type { CascadeAnswers, Evaluations, StoredEvaluation } from '../../../mlops/evaluations/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { groupThousands } from '../../../platform/units/index.ts';
import type { PlannedFrontier, PlannedPoint } from '../list-points.ts';
import { chooseAlpha, findPolicyMargin } from '../margin.ts';
import { addMoney, compareAmounts } from '../money.ts';
import type { PairBook } from '../pair-book.ts';
import type { QualityAxis } from '../schema.ts';
import { buildCascadePoint, type FittedCascade } from './build-point.ts';
import { describeNoSaving, listStagePairs, type StagePair, type StagePairs } from './list-pairs.ts';
import { planLastStage } from './plan-stages.ts';
import type { CascadePair, FrontierCascades } from './schema.ts';
import { listProvenThresholds, type ProvenThreshold } from './select-threshold.ts';

/** Smallest share of examples in common, where the policy states none; as for versions. */
const COMPLETENESS = 0.95;

export interface FitDeps {
  readonly store: Store;
  readonly evaluations: Pick<Evaluations, 'sumByConfidence' | 'reportCascade'>;
}

export interface FitQuestion {
  readonly planned: PlannedFrontier;
  /** Points of the versions that are compared with each other. */
  readonly points: readonly PlannedPoint[];
  readonly tables: ReadonlyMap<string, StoredEvaluation>;
  /** Largest accepted loss that the question states. */
  readonly margin?: number | undefined;
  /** Gets the pair of each cascade and its last stage. */
  readonly pairs: PairBook;
}

/** Cascades as points, and their answers to read further pairs from, by their names in the pair book. */
export interface FittedCascades {
  readonly points: readonly PlannedPoint[];
  readonly answers: ReadonlyMap<string, CascadeAnswers>;
  readonly report: FrontierCascades;
}

/**
 * Fits a cascade for each pair of a cheaper and a better version: the threshold on one half of the examples, all figures on the other half. A pair
 * without a point has a reason.
 */
export async function fitCascades(deps: FitDeps, question: FitQuestion): Promise<FittedCascades> {
  const { axis, policy } = question.planned.facts;
  const listed = listStagePairs(question);
  const points: PlannedPoint[] = [];
  const answers = new Map<string, CascadeAnswers>();
  const pairs: CascadePair[] = [];
  for (const pair of axis === null ? [] : listed.pairs) {
    if (axis === null) continue;
    const margin = chooseMargin(question, pair, axis);
    const fitted = pair.reason ?? (await fitPair(deps, question, { pair, axis, margin }));
    const point =
      typeof fitted === 'string' ? fitted : buildCascadePoint(fitted, { axis, terms: question.planned.facts.terms });
    const names = { first: pair.first.version, last: pair.last.version, margin };
    if (typeof point === 'string' || typeof fitted === 'string') {
      pairs.push({ ...names, point: null, reason: typeof point === 'string' ? point : null });
      continue;
    }
    points.push(point);
    answers.set(point.version, toAnswers(fitted));
    question.pairs.put({ candidate: point.version, baseline: pair.last.version }, fitted.reported.paired);
    pairs.push({ ...names, point: point.point, reason: null });
  }
  const alpha = chooseAlpha({ policy });
  const marginSource =
    question.margin !== undefined ? 'stated' : findPolicyMargin(policy, axis, 1) === null ? 'default' : 'policy';
  const report = {
    pairs,
    notTried: listed.notTried,
    marginSource,
    alpha,
    reason: summarize(pairs, listed, { ...question, marginSource }),
  } as const;
  return { points, answers, report };
}

/** The stated margin, else that of the policy for the metric, else one point of quality. */
function chooseMargin({ margin, planned }: FitQuestion, { last }: StagePair, axis: QualityAxis): number {
  const { quality } = last.facts;
  const mean = typeof quality === 'object' ? quality.mean : null;
  return margin ?? findPolicyMargin(planned.facts.policy, axis, mean) ?? axis.point;
}

interface PairQuestion {
  readonly pair: StagePair;
  readonly axis: QualityAxis;
  readonly margin: number;
}

/** The cascade of a pair; a reason in words for none. */
async function fitPair(
  { store, evaluations }: FitDeps,
  { planned: { facts } }: FitQuestion,
  { pair, axis, margin }: PairQuestion,
): Promise<FittedCascade | string> {
  const { first, last } = pair;
  const tables = { first: first.table, last: last.table };
  const sums = await evaluations.sumByConfidence(store, { ...tables, outcome: axis.outcome });
  if (sums === null) return `both versions need a ${axis.kind} outcome "${axis.outcome}"`;
  const rows = Math.max(first.table.evaluation.rows, last.table.evaluation.rows);
  if (sums.examples / rows < (facts.policy?.spec.completeness ?? COMPLETENESS)) {
    return `evaluated on different examples: ${groupThousands(String(sums.examples))} of ${groupThousands(String(rows))} in common; evaluate both on the same examples`;
  }
  const proven = listProvenThresholds(sums, { axis, margin, alpha: chooseAlpha(facts) });
  if (typeof proven === 'string') return proven;
  const chosen = chooseThreshold(proven, pair, facts.terms);
  if (typeof chosen === 'string') return chosen;
  const answers = { ...tables, acceptAtConfidence: chosen.acceptAtConfidence };
  const reported = await evaluations.reportCascade(store, answers, axis.outcome);
  if (reported === null || reported.paired.pairs < FEWEST_ROWS) return 'not tested: too few rows to report';
  return { first, last, acceptAtConfidence: chosen.acceptAtConfidence, fittedRows: sums.fitted, reported };
}

/** One example has no variance. */
const FEWEST_ROWS = 2;

/**
 * The proven threshold with the lowest cost a month on whole replicas; of equal costs the one that escalates most, which is the safest. The
 * cost grows with the share of escalated requests, so that a binary search finds it.
 */
function chooseThreshold(
  proven: readonly ProvenThreshold[],
  { first, last }: StagePair,
  terms: FitQuestion['planned']['facts']['terms'],
): ProvenThreshold | string {
  const planAt = (at: number) => planLastStage(last, proven[at]?.escalated ?? 0, terms);
  const cheapest = planAt(proven.length - 1);
  if (typeof cheapest === 'string') return cheapest;
  const cost = addMoney(first.cheapest.cost.perMonth, cheapest.cost.perMonth);
  const alone = last.cheapest.cost.perMonth;
  if (compareAmounts(cost, alone) >= 0) {
    return `the cheapest threshold that is shown to lose less costs ${describeNoSaving(cost, alone, last.version)}`;
  }
  let [low, high] = [0, proven.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const stage = planAt(middle);
    if (typeof stage !== 'string' && compareAmounts(stage.cost.perMonth, cheapest.cost.perMonth) <= 0) high = middle;
    else low = middle + 1;
  }
  return proven[low] ?? 'no threshold is proven';
}

function toAnswers({ first, last, acceptAtConfidence }: FittedCascade): CascadeAnswers {
  return { first: first.table, last: last.table, acceptAtConfidence };
}

function summarize(
  pairs: readonly CascadePair[],
  { withoutConfidence, notTried }: StagePairs,
  { planned: { facts }, points, marginSource }: FitQuestion & Pick<FrontierCascades, 'marginSource'>,
): string {
  if (new Set(points.map(({ version }) => version)).size < 2) return NO_CASCADES.reason;
  const further = notTried === 0 ? '' : `; ${notTried} further pairs are not tried`;
  const found = pairs.filter(({ point }) => point !== null).length;
  if (pairs.length > 0) {
    const margins = [...new Set(pairs.map(({ margin }) => Number(margin.toPrecision(MARGIN_DIGITS))))].join(', ');
    const margin = `at a margin of ${margins} (${MARGIN_SOURCES[marginSource]})`;
    return `${found} of ${pairs.length} pairs of a cheaper and a better version ${found === 1 ? 'has' : 'have'} a cascade ${margin}${further}`;
  }
  if (withoutConfidence.length === 0) return 'no version is cheaper than one with a better estimate';
  const evaluation = facts.axis?.evaluation ?? 'default';
  const rest = withoutConfidence.length - MOST_NAMED;
  const names = `${withoutConfidence.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const lacking =
    withoutConfidence.length === 1
      ? `the evaluation "${evaluation}" of version ${names} has`
      : `the evaluations "${evaluation}" of versions ${names} have`;
  return `${lacking} no confidence; import it with: steelyard evaluation import FILE --run RUN --id COLUMN --correct COLUMN --confidence COLUMN`;
}

const MOST_NAMED = 3;
const MARGIN_DIGITS = 4;
const MARGIN_SOURCES = { stated: 'stated', policy: 'of the policy', default: 'default: one point of quality' };

/** The report without two versions to compare. */
export const NO_CASCADES: FrontierCascades = {
  ...{ pairs: [], notTried: 0, marginSource: 'default', alpha: 0.05 },
  reason: 'no two versions have a cost and a quality that can be compared',
};

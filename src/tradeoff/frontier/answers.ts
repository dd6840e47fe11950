import { decimal, formatMoneyText } from '../../platform/units/index.ts';
import type { PointTest } from './classify-points.ts';
import { testGain, toSign } from './compare-quality.ts';
import type { FrontierFacts, FrontierQuestion } from './facts.ts';
import type { EstimatedMoney } from './figures/schema.ts';
import type { PlannedPoint } from './list-points.ts';
import { chooseAlpha, findPolicyMargin } from './margin.ts';
import { compareAmounts, subtractMoney } from './money.ts';
import type { PairBook } from './pair-book.ts';
import { isAtDemand } from './plan-cost.ts';
import type { BestWithinBudget, CheapestNonInferior, QualityAxis } from './schema.ts';

/** Points in the order of cost, with the facts that an answer needs. */
export interface AnswerContext {
  readonly facts: FrontierFacts;
  readonly axis: QualityAxis | null;
  readonly points: readonly PlannedPoint[];
  readonly pairs: PairBook;
}

/** Point of the baseline: as it is served now, else its cheapest one. */
export function findBaselinePoint({ facts, points }: AnswerContext): PlannedPoint | null {
  const own = points.filter(({ version }) => version === facts.baseline?.version);
  return own.find(({ configuration }) => configuration.source === 'traffic') ?? own[0] ?? null;
}

function findBaselineQuality({
  versions,
  baseline,
}: FrontierFacts): FrontierFacts['versions'][number]['quality'] | undefined {
  return versions.find(({ evidence }) => evidence.version === baseline?.version)?.quality;
}

/** Largest accepted loss, in the unit of the metric: stated, else of the policy; a relative margin is taken of the estimate of the baseline. */
function chooseMargin({ facts, axis }: AnswerContext, stated: number | undefined): number | null {
  if (stated !== undefined) return stated;
  const baseline = findBaselineQuality(facts);
  return findPolicyMargin(facts.policy, axis, typeof baseline === 'object' ? baseline.mean : null);
}

/**
 * The cheapest point whose version is shown to be worse than the baseline by less than the margin, at the one-sided error of the policy
 * (else 0.05); the baseline itself always is. `unproven`: cheaper points that more examples may prove.
 */
export function findCheapestNonInferior(context: AnswerContext, question: FrontierQuestion): CheapestNonInferior {
  const { facts, axis } = context;
  const alpha = chooseAlpha(facts);
  const margin = chooseMargin(context, question.margin);
  const baseline = facts.baseline?.version ?? null;
  const none = { point: null, baseline, margin, alpha, saving: null, unproven: [] };
  if (baseline === null)
    return { ...none, reason: 'no baseline: state --baseline VERSION, or point the alias champion to a version' };
  if (margin === null)
    return { ...none, reason: 'no margin: state --margin, or a policy with nonInferiority for the metric' };
  if (axis === null) return { ...none, reason: 'no version has an evaluation' };
  if (typeof findBaselineQuality(facts) !== 'object') {
    const reason = `version ${baseline} has no outcome "${axis.outcome}" in an evaluation "${axis.evaluation}" to compare with`;
    return { ...none, reason };
  }
  const from = findBaselinePoint(context)?.cost.perMonth ?? null;
  const unproven: CheapestNonInferior['unproven'] = [];
  for (const point of context.points) {
    const verdict = testNonInferiority(point.version, context, { axis, baseline, margin, alpha });
    const saving = from === null ? null : subtractMoney(from, point.cost.perMonth);
    if (verdict.isShown) {
      return {
        ...none,
        point: point.point,
        saving,
        unproven,
        reason: describeCheapest(point, { baseline, margin, saving }),
      };
    }
    if (verdict.isOpen) unproven.push({ point: point.point, saving, samplesNeeded: verdict.samplesNeeded });
  }
  return { ...none, unproven, reason: `no point is shown to be worse than version ${baseline} by less than ${margin}` };
}

interface Test {
  readonly axis: QualityAxis;
  readonly baseline: string;
  readonly margin: number;
  readonly alpha: number;
}

/** Verdict of a non-inferiority test; a pair that is not read yet is open. */
export function testNonInferiority(
  version: string,
  { pairs }: Pick<AnswerContext, 'pairs'>,
  { axis, baseline, margin, alpha }: Test,
): { readonly isShown: boolean; readonly isOpen: boolean; readonly samplesNeeded: number | null } {
  if (version === baseline) return { isShown: true, isOpen: false, samplesNeeded: 0 };
  const paired = pairs.find({ candidate: version, baseline });
  if (paired == null) return { isShown: false, isOpen: true, samplesNeeded: null };
  const { verdict, samplesNeeded } = testGain(paired, axis, { gain: -margin, tail: alpha });
  return { isShown: verdict === 'non-inferior', isOpen: verdict === 'inconclusive', samplesNeeded };
}

function describeCheapest(
  { version }: PlannedPoint,
  {
    baseline,
    margin,
    saving,
  }: { readonly baseline: string; readonly margin: number; readonly saving: EstimatedMoney | null },
): string {
  const isBaseline = version === baseline;
  if (isBaseline && (saving === null || Number(saving.amount) <= 0)) {
    return `no cheaper version is shown to be worse than version ${baseline} by less than ${margin}`;
  }
  const saves = saving === null ? '' : ` and saves ${formatMoneyText(saving)} a month`;
  return isBaseline
    ? `version ${baseline} itself on cheaper hardware${saves}`
    : `a loss of ${margin} or more against version ${baseline} is excluded${saves}`;
}

/** The stated budget a month, else the bound of costPerMonth of the policy, in the currency of the costs; null without one. */
function chooseBudget({ facts: { policy } }: AnswerContext, stated: string | undefined): string | null {
  if (stated !== undefined) return stated;
  const rule = policy?.spec.cost.find((one) => one.measure === 'costPerMonth' && isAtDemand(one));
  return rule?.measure === 'costPerMonth' ? rule.atMost : null;
}

/**
 * The point with the best quality whose cost a month, at the upper end of its interval, is within the budget; the cheaper one of equal
 * quality. `tied`: cheaper points within the budget whose quality cannot be told apart from it.
 */
export function findBestWithinBudget(
  context: AnswerContext,
  isBetter: PointTest,
  question: FrontierQuestion,
): BestWithinBudget {
  const { axis, points, facts } = context;
  const amount = chooseBudget(context, question.budget);
  if (amount === null) {
    return { point: null, budget: null, tied: [], reason: 'no budget: state --budget, or a policy with costPerMonth' };
  }
  const budget = { amount, currency: facts.terms.currency };
  const affordable = points.filter(({ cost: { perMonth } }) =>
    decimal(perMonth.upper ?? perMonth.amount).lessThanOrEqualTo(amount),
  );
  const sign = axis === null ? 1 : toSign(axis);
  const best = affordable.reduce<PlannedPoint | null>(
    (top, one) => (top === null || sign * one.quality.estimate > sign * top.quality.estimate ? one : top),
    null,
  );
  if (best === null) {
    const reason = `no point costs at most ${formatMoneyText(budget)} a month at the upper end of its interval`;
    return { point: null, budget, tied: [], reason };
  }
  const tied = affordable.filter(
    (one) =>
      one.version !== best.version &&
      compareAmounts(one.cost.perMonth, best.cost.perMonth) < 0 &&
      isBetter(best, one) === false,
  );
  return {
    point: best.point,
    budget,
    tied: tied.map(({ point }) => point),
    reason: `best quality of ${affordable.length} ${affordable.length === 1 ? 'point' : 'points'} within ${formatMoneyText(budget)} a month`,
  };
}

import { type Decimal, decimal, decimalString, formatMoneyText } from '../../platform/units/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import type { MeasuredCost, ServingCostRule } from './known-costs.ts';
import type { Check, PolicySpec } from './schema.ts';
import { computeServingCost } from './serving-cost.ts';
import type { TestContext } from './test-evidence.ts';
import { prepareTest, testRuleDifference } from './tested-quality.ts';

/** Versions whose costs a month are compared. */
export interface TradedVersions {
  readonly candidate: VersionEvidence;
  readonly champion: VersionEvidence | null;
}

/**
 * Checks the additional cost a month against the price of the gain in quality: perPoint x gain / point. It passes when the upper end
 * of the additional cost is at most the price of the lower end of the gain, and fails when the lower end is above the price of the
 * upper end of the gain. A loss in quality has a negative price: the version must then save as much.
 */
export function checkTradePrice(context: TestContext, versions: TradedVersions): Check[] {
  const { policy } = context;
  const { tradePrice } = policy;
  const rule = policy.quality.find(({ metric }) => metric === tradePrice?.metric);
  if (tradePrice === undefined || rule === undefined) return [];
  const check: Check = {
    name: `trade price of ${rule.metric}`,
    side: 'cost',
    measured: null,
    unit: `${policy.currency} per month`,
    comparison: '<=',
    bound: null,
    holds: null,
    interval: null,
    source: '',
  };
  const withChampion = { ...rule, superiority: { by: '0' } };
  const prepared = prepareTest(withChampion, true, context);
  if ('source' in prepared) return [{ ...check, ...prepared }];
  const { evidence, question } = prepared;
  const gain = testRuleDifference(evidence, { ...question, threshold: 0 });
  if (gain === null) return [check];
  if (gain.reason !== null || !Number.isFinite(gain.lower) || !Number.isFinite(gain.upper)) {
    return [{ ...check, n: gain.n, source: gain.reason ?? 'the gain in quality has no bounded interval yet' }];
  }
  const extra = computeAdditionalCost(policy, versions, tradePrice.predictionsPerMonth);
  if (typeof extra === 'string') return [{ ...check, n: gain.n, source: extra }];
  const priceOf = (points: number) => decimal(tradePrice.perPoint).times(decimal(points)).dividedBy(tradePrice.point);
  const [least, most] = [priceOf(gain.lower), priceOf(gain.upper)];
  return [
    {
      ...check,
      measured: decimalString(extra.amount),
      estimate: decimalString(extra.amount),
      bound: decimalString(least),
      holds: extra.upper.lessThanOrEqualTo(least) ? true : extra.lower.greaterThan(most) ? false : null,
      interval: { lower: decimalString(extra.lower), upper: decimalString(extra.upper) },
      n: gain.n,
      test: gain.test,
      alpha: gain.tail,
      source: `gain ${toText(gain.estimate)} (${toText(gain.lower)} to ${toText(gain.upper)}) at ${formatMoneyText({ amount: tradePrice.perPoint, currency: policy.currency })} for ${tradePrice.point}; ${extra.source}`,
    },
  ];
}

interface AdditionalCost {
  readonly amount: Decimal;
  readonly lower: Decimal;
  readonly upper: Decimal;
  readonly source: string;
}

/** Cost a month of the candidate less that of the champion, at the same demand; a sentence where one is unknown. */
function computeAdditionalCost(
  policy: PolicySpec,
  { candidate, champion }: TradedVersions,
  predictionsPerMonth: number | undefined,
): AdditionalCost | string {
  const stated = policy.cost.find((rule) => rule.measure === 'costPerMonth');
  const rule: ServingCostRule = {
    ...(stated ?? { measure: 'costPerMonth', atMost: '0' }),
    ...(predictionsPerMonth === undefined ? {} : { predictionsPerMonth }),
  };
  const [ours, theirs] = [candidate, champion].map((version) => computeMonthlyCost(rule, version, policy)) as [
    MeasuredCost | string,
    MeasuredCost | string,
  ];
  if (typeof ours === 'string') return ours;
  if (typeof theirs === 'string') return `the cost of the champion is ${theirs}`;
  const [own, other] = [toEnds(ours), toEnds(theirs)];
  const money = (amount: Decimal) => formatMoneyText({ amount: amount.toFixed(), currency: policy.currency });
  return {
    amount: own.amount.minus(other.amount),
    lower: own.lower.minus(other.upper),
    upper: own.upper.minus(other.lower),
    source: `${money(own.amount)} against ${money(other.amount)} per month`,
  };
}

function computeMonthlyCost(
  rule: ServingCostRule,
  version: VersionEvidence | null,
  policy: PolicySpec,
): MeasuredCost | string {
  if (version?.unitCosts === undefined) return 'unknown: no cost was recorded';
  const cost = computeServingCost(rule, { ...version, unitCosts: version.unitCosts }, policy);
  return cost.amount === null ? cost.source : cost;
}

/** A cost without an interval is taken as its amount. */
function toEnds({ amount, interval }: MeasuredCost): Pick<AdditionalCost, 'amount' | 'lower' | 'upper'> {
  const exact = decimal(amount ?? '0');
  return { amount: exact, lower: decimal(interval?.lower ?? exact), upper: decimal(interval?.upper ?? exact) };
}

function toText(value: number): string {
  return decimalString(String(Number(value.toPrecision(4))));
}

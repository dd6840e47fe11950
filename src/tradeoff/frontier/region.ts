import {
  decimal,
  decimalString,
  formatMoneyText,
  formatPriceText,
  groupThousands,
} from '../../platform/units/index.ts';
import type { CostRule, PolicySpec, QualityRule } from '../gates/schema.ts';
import type { FrontierFacts } from './facts.ts';
import type { PlannedPoint } from './list-points.ts';
import { isAtDemand } from './plan-cost.ts';
import type { AcceptanceRegion, QualityAxis } from './schema.ts';

interface RegionContext {
  readonly facts: FrontierFacts;
  readonly axis: QualityAxis;
  /** Point of the baseline; null without one. */
  readonly baseline: PlannedPoint | null;
  /** Mean of the baseline, in the unit of the metric; null when unknown. */
  readonly baselineQuality: number | null;
  /** Predictions a month of the cost axis; null without a cost. */
  readonly predictionsPerMonth: number | null;
}

/**
 * Region of the plane that a policy accepts, by estimates: floors and margins as bounds on the quality axis, cost bounds at the demand of
 * the axis, and the trade price as a line through the baseline. Rules about other measures are named apart.
 */
export function buildRegion(spec: PolicySpec, context: RegionContext): AcceptanceRegion {
  const { axis, baseline, baselineQuality, facts } = context;
  const own = spec.quality.filter(({ metric }) => metric === axis.metric);
  const costs = spec.cost.map((rule) => toCostBound(rule, context));
  const { tradePrice, slo } = spec;
  const hasLine = tradePrice !== undefined && tradePrice.metric === axis.metric;
  return {
    quality: own.flatMap((rule) => listQualityBounds(rule, { alias: spec.alias, baselineQuality, facts })),
    cost: costs.filter((bound) => typeof bound !== 'string'),
    tradePrice:
      !hasLine || baseline === null || baselineQuality === null
        ? null
        : {
            perPoint: tradePrice.perPoint,
            point: Number(tradePrice.point),
            fromCost: baseline.cost.perMonth.amount,
            fromQuality: baselineQuality,
          },
    notOnAxes: [
      ...spec.quality.filter(({ metric }) => metric !== axis.metric).map(({ metric }) => metric),
      ...costs.filter((bound) => typeof bound === 'string'),
      ...(slo?.latencyP95Ms === undefined ? [] : ['latency p95']),
      ...(slo?.errorRate === undefined ? [] : ['error rate']),
      ...(tradePrice === undefined || hasLine ? [] : [`trade price of ${tradePrice.metric}`]),
    ],
  };
}

interface QualityContext {
  readonly alias: string;
  readonly baselineQuality: number | null;
  readonly facts: FrontierFacts;
}

function listQualityBounds(rule: QualityRule, { alias, baselineQuality, facts }: QualityContext) {
  const { metric, direction, floor, notWorseThanChampionBy, nonInferiority, superiority } = rule;
  const sign = direction === 'higher' ? 1 : -1;
  const comparison = direction === 'higher' ? ('>=' as const) : ('<=' as const);
  const bounds: AcceptanceRegion['quality'] = [];
  if (floor !== undefined) bounds.push({ rule: `${metric} floor`, bound: Number(floor), comparison, baseline: null });
  const version = facts.baseline?.version ?? null;
  if (baselineQuality === null || version === null) return bounds;
  const add = (name: string, gain: number) =>
    bounds.push({
      rule: `${metric} ${name} @${alias}`,
      bound: baselineQuality + sign * gain,
      comparison,
      baseline: version,
    });
  if (notWorseThanChampionBy !== undefined) add('non-inferior to', -Number(notWorseThanChampionBy));
  if (nonInferiority !== undefined) {
    const margin =
      'margin' in nonInferiority
        ? Number(nonInferiority.margin)
        : nonInferiority.relativeMargin * Math.abs(baselineQuality);
    add('non-inferior to', -margin);
  }
  if (superiority !== undefined) add('superior to', Number(superiority.by));
  return bounds;
}

/** The bound on the cost axis, or the name of a rule that is about another measure, basis or demand. */
function toCostBound(
  rule: CostRule,
  { facts, predictionsPerMonth }: RegionContext,
): AcceptanceRegion['cost'][number] | string {
  if (rule.measure === 'trainingCost') return 'training cost';
  if (rule.measure === 'makingCost') return 'making cost';
  if (rule.measure === 'roi') return 'return';
  const basis = rule.basis ?? 'atDemand';
  const { currency } = facts.terms;
  if (rule.measure === 'budget') {
    const remaining = facts.budgets.get(rule.budget)?.remaining ?? null;
    const name = `budget ${rule.budget}`;
    if (remaining === null || !isAtDemand(rule)) return `${name} (${basis})`;
    return { rule: name, bound: remaining, source: facts.budgets.get(rule.budget)?.source ?? name };
  }
  if (rule.measure === 'costPerMonth') {
    if (!isAtDemand(rule)) return `cost per month (${basis})`;
    return {
      rule: 'cost per month',
      bound: rule.atMost,
      source: `${formatMoneyText({ amount: rule.atMost, currency })} a month`,
    };
  }
  if (!isAtDemand(rule) || predictionsPerMonth === null) return `cost per 1,000 predictions (${basis})`;
  return {
    rule: 'cost per 1,000 predictions',
    bound: decimalString(decimal(rule.atMost).times(predictionsPerMonth).dividedBy(1000).toDecimalPlaces(20)),
    source: `${formatPriceText({ amount: rule.atMost, currency })} per 1,000 at ${groupThousands(String(predictionsPerMonth))} predictions a month`,
  };
}

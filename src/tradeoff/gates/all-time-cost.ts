import { decimal, decimalString, groupThousands } from '../../platform/units/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import type { MeasuredCost, ServingCostRule } from './known-costs.ts';

/**
 * The cost that decisions used before unit costs had a basis: total cost divided by total predictions, and the monthly cost
 * in proportion to it. Used only to replay such decisions.
 */
export function computeAllTimeCost(rule: ServingCostRule, candidate: VersionEvidence, currency: string): MeasuredCost {
  const evidence = candidate.costPerThousandPredictions;
  const source = evidence?.cost == null ? `unknown: ${evidence?.reason ?? 'no cost was recorded'}` : evidence.source;
  const known = evidence?.cost?.currency === currency ? evidence.cost.amount : null;
  if (rule.measure === 'costPerThousandPredictions') return { amount: known, basis: null, interval: null, source };
  const { predictionsPerMonth } = rule;
  const monthly =
    known === null || predictionsPerMonth === undefined
      ? null
      : decimal(known).times(predictionsPerMonth).dividedBy(1000);
  const amount = monthly === null ? null : decimalString(monthly);
  const at =
    rule.measure === 'costPerMonth' ? `; at ${groupThousands(String(predictionsPerMonth))} predictions a month` : '';
  return { amount, basis: null, interval: null, source: `${source}${at}` };
}

import { decimal, decimalString, groupThousands } from '../../platform/units/index.ts';
import { computeCostAtDemand } from './demand-cost.ts';
import {
  type BasedEvidence,
  buildUnknownMeasuredCost,
  chooseBenchmark,
  type MeasuredCost,
  type ServingCostRule,
} from './known-costs.ts';
import type { PolicySpec } from './schema.ts';

/**
 * The cost per 1,000 predictions or a month, on the basis that the rule names; `atDemand` where it names none. Unknown with a reason when
 * the capacity, the demand or a price is unknown, or when there are several to choose from.
 */
export function computeServingCost(rule: ServingCostRule, candidate: BasedEvidence, policy: PolicySpec): MeasuredCost {
  switch (rule.basis ?? 'atDemand') {
    case 'benchmark':
      return computeBenchmarkCost(rule, candidate, policy.currency);
    case 'served':
      return computeServedCost(rule, candidate, policy.currency);
    case 'atDemand':
      return computeCostAtDemand(rule, candidate, policy);
  }
}

/** At full use, so a month of it is by straight proportion. */
function computeBenchmarkCost(rule: ServingCostRule, candidate: BasedEvidence, currency: string): MeasuredCost {
  const benchmark = chooseBenchmark(rule, candidate, currency);
  if (typeof benchmark === 'string') return buildUnknownMeasuredCost('benchmark', benchmark);
  const { perThousand, interval, source } = benchmark;
  const demand = readMonthlyDemand(rule);
  if (demand === undefined) return buildUnknownMeasuredCost('benchmark', NO_DEMAND);
  const scale = (amount: string) => (demand === null ? amount : scaleToPredictions(amount, demand));
  return {
    amount: scale(perThousand.amount),
    basis: 'benchmark',
    interval: interval === null ? null : { lower: scale(interval.lower), upper: scale(interval.upper) },
    source:
      demand === null
        ? `${source}, at full use`
        : `${source}, at full use; at ${groupThousands(String(demand))} predictions a month`,
  };
}

const NO_DEMAND = 'no demand is stated; state predictionsPerMonth in the policy, or use the basis atDemand';

/** Stated predictions of a cost a month; null for a cost per 1,000. */
function readMonthlyDemand(rule: ServingCostRule): number | null | undefined {
  return rule.measure === 'costPerThousandPredictions' ? null : rule.predictionsPerMonth;
}

function scaleToPredictions(perThousand: string, predictions: number): string {
  return decimalString(decimal(perThousand).times(predictions).dividedBy(1000));
}

function computeServedCost(rule: ServingCostRule, { unitCosts }: BasedEvidence, currency: string): MeasuredCost {
  const served = unitCosts.filter(({ basis }) => basis === 'served');
  const [cost] = served;
  if (cost === undefined)
    return buildUnknownMeasuredCost('served', 'no endpoint served this version in the last seven days');
  if (served.length > 1) {
    return buildUnknownMeasuredCost(
      'served',
      `several endpoints served it: ${served.map(({ endpoint }) => endpoint).join(', ')}`,
    );
  }
  if (cost.perThousand === null) return buildUnknownMeasuredCost('served', cost.reason ?? 'it was not measured');
  const { amount, currency: own } = cost.perThousand;
  if (own !== currency)
    return buildUnknownMeasuredCost('served', `its cost is in ${own}, the policy is in ${currency}`);
  const source = `${cost.source}, ${cost.window.start} to ${cost.window.end}`;
  const demand = readMonthlyDemand(rule);
  if (demand === null) return { amount, basis: 'served', interval: null, source };
  if (demand === undefined) return buildUnknownMeasuredCost('served', NO_DEMAND);
  const traffic = Math.floor(cost.predictionsPerMonth ?? 0);
  if (traffic < demand) {
    const reason = `served ${groupThousands(String(traffic))} predictions a month, less than the stated ${groupThousands(String(demand))}; use the basis atDemand`;
    return buildUnknownMeasuredCost('served', reason);
  }
  return {
    amount: scaleToPredictions(amount, traffic),
    basis: 'served',
    interval: null,
    source: `${source}; at the measured ${groupThousands(String(traffic))} predictions a month`,
  };
}

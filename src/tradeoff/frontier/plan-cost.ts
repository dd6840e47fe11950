import { decimal, decimalString } from '../../platform/units/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import { computeServingCost } from '../gates/index.ts';
import { type CostRule, isPredictionCostRule, type PolicySpec } from '../gates/schema.ts';
import type { PlannedCapacity, PlannedDemand } from '../unit-cost/schema.ts';
import type { EstimatedMoney, Replicas } from './figures/schema.ts';

type ServingRule = Exclude<CostRule, { measure: 'trainingCost' | 'makingCost' | 'roi' }>;
type MonthRule = Extract<CostRule, { measure: 'costPerMonth' }>;

/** Terms of every cost of one answer: demand, SLO and scaling, and the currency. */
export interface CostTerms {
  readonly rule: MonthRule;
  readonly currency: string;
}

/** Cost a month at demand in one configuration. */
export interface PlannedCost {
  readonly perMonth: EstimatedMoney;
  readonly perThousand: EstimatedMoney;
  readonly capacity: PlannedCapacity;
  readonly demand: PlannedDemand;
  readonly replicas: Replicas;
  /** Replicas, demand, capacity and measurement in words. */
  readonly source: string;
}

/**
 * Terms of a cost a month at demand, from the rule of the policy that bounds such a cost: its SLO, replicas and utilization. The
 * demand is the stated one, else that of the rule, else the only one that the policy states.
 */
export function buildMonthRule(spec: PolicySpec | null, predictionsPerMonth: number | undefined): MonthRule {
  const rules = (spec?.cost ?? []).filter(isAtDemand);
  const chosen = rules.find(({ measure }) => measure === 'costPerMonth') ?? rules[0];
  const demands = new Set(rules.flatMap((rule) => rule.predictionsPerMonth ?? []));
  const [only] = demands;
  const demand = predictionsPerMonth ?? chosen?.predictionsPerMonth ?? (demands.size === 1 ? only : undefined);
  return {
    measure: 'costPerMonth',
    basis: 'atDemand',
    atMost: '0',
    slo: chosen?.slo,
    replicas: chosen?.replicas,
    targetUtilization: chosen?.targetUtilization,
    predictionsPerMonth: demand,
  };
}

/** Whether a rule bounds a cost of predictions on the basis of the cost axis. */
export function isAtDemand(rule: CostRule): rule is ServingRule {
  return isPredictionCostRule(rule) && rule.measure !== 'roi' && (rule.basis ?? 'atDemand') === 'atDemand';
}

/**
 * Cost a month at demand of a version in one configuration, as the gate computes it. A returned string is the reason for an unknown
 * cost.
 *
 * @example planCost(narrowEvidence(evidence, configuration), { rule: buildMonthRule(null, 1_000_000), currency: 'USD' })
 */
export function planCost(narrowed: VersionEvidence, { rule, currency }: CostTerms): PlannedCost | string {
  const evidence = { ...narrowed, unitCosts: narrowed.unitCosts ?? [] };
  const policy: PolicySpec = { model: evidence.model, alias: 'champion', currency, quality: [], cost: [] };
  const month = computeServingCost(rule, evidence, policy);
  if (month.amount === null || month.atDemand === undefined) return month.source.replace(/^unknown: /, '');
  const { capacity, demand, replicas } = month.atDemand;
  const thousand =
    demand.source === 'recorded'
      ? computeServingCost({ ...rule, measure: 'costPerThousandPredictions' }, evidence, policy)
      : scaleToThousand(month, demand.predictionsPerMonth);
  return {
    perMonth: { ...toEnds(month), amount: month.amount, currency },
    perThousand: { ...toEnds(thousand), amount: thousand.amount ?? '0', currency },
    capacity,
    demand,
    replicas,
    source: month.source,
  };
}

interface Amounts {
  readonly amount: string | null;
  readonly interval: { readonly lower: string; readonly upper: string } | null;
}

const DECIMALS = 20;

/** Exact for a demand that is spread evenly: the replicas are fixed, so both ends divide by the same predictions. */
function scaleToThousand({ amount, interval }: Amounts, predictions: number): Amounts {
  const scale = (month: string) =>
    decimalString(decimal(month).times(1000).dividedBy(predictions).toDecimalPlaces(DECIMALS));
  return {
    amount: amount === null ? null : scale(amount),
    interval: interval === null ? null : { lower: scale(interval.lower), upper: scale(interval.upper) },
  };
}

function toEnds({ interval }: Amounts): Pick<EstimatedMoney, 'lower' | 'upper'> {
  return { lower: interval?.lower ?? null, upper: interval?.upper ?? null };
}

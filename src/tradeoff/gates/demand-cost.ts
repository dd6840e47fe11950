import { formatMoneyText, groupThousands } from '../../platform/units/index.ts';
import { computeDemandCost, computeTraceCost, LEAST_DAYS, type Scaling } from '../unit-cost/index.ts';
import type { AtDemand, CostInterval, DemandTrace, PlannedDemand, ScalingBounds } from '../unit-cost/schema.ts';
import {
  type BasedEvidence,
  buildUnknownMeasuredCost,
  chooseBenchmark,
  type MeasuredCost,
  type ServingCostRule,
} from './known-costs.ts';
import { type CapacityPlan, type PlannedScaling, planAssumed, planMeasured } from './planned-capacity.ts';
import { isPredictionCostRule, type PolicySpec } from './schema.ts';

/** Default when neither the policy nor an endpoint states a scaling. */
const DEFAULT_SCALING: PlannedScaling = { minReplicas: 1, maxReplicas: null, targetUtilization: 0.7 };

/**
 * The cost at demand. Capacity of a replica: measured on live traffic at the SLO, else from the service times of the benchmark at the SLO, else the mean of
 * the benchmark at `targetUtilization`. Demand: stated, else the recorded trace of the endpoint, else the mean of the last seven days. Unknown with
 * a reason where one of them is missing.
 */
export function computeCostAtDemand(rule: ServingCostRule, candidate: BasedEvidence, policy: PolicySpec): MeasuredCost {
  const benchmark = chooseBenchmark(rule, candidate, policy.currency);
  const measured = planMeasured(rule, candidate, { benchmark, currency: policy.currency });
  if (typeof measured === 'string') return buildUnknownMeasuredCost('atDemand', measured);
  if (measured === null && typeof benchmark === 'string') {
    return buildUnknownMeasuredCost('atDemand', `no capacity of a replica: ${benchmark}`);
  }
  const demand = chooseDemand(rule, candidate, policy);
  if (typeof demand === 'string') return buildUnknownMeasuredCost('atDemand', demand);
  const hardware = measured?.hardware ?? (typeof benchmark === 'string' ? '' : benchmark.hardware.name);
  const scaling = chooseScaling(rule, candidate, hardware);
  if (typeof scaling === 'string') return buildUnknownMeasuredCost('atDemand', scaling);
  const plan = measured ?? (typeof benchmark === 'string' ? null : planAssumed(benchmark, scaling));
  if (plan === null) return buildUnknownMeasuredCost('atDemand', 'no capacity of a replica');
  const cost = 'days' in demand ? computeTracedCost(plan, demand, scaling) : computeSteadyCost(plan, demand, scaling);
  if (typeof cost === 'string') return buildUnknownMeasuredCost('atDemand', cost);
  const isMonth = rule.measure !== 'costPerThousandPredictions';
  return {
    amount: isMonth ? cost.perMonth : cost.perThousand,
    basis: 'atDemand',
    interval: isMonth ? cost.perMonthInterval : cost.perThousandInterval,
    atDemand: { capacity: plan.capacity, demand: cost.demand, replicas: cost.replicas },
    source: `${cost.text}; capacity: ${plan.text}`,
  };
}

interface SteadyDemand {
  readonly predictions: number;
  readonly source: PlannedDemand['source'];
  readonly text: string;
}

type Demand = SteadyDemand | DemandTrace;

/** The demand that the rule states, else the one that other rules of the policy state, else recorded days, else the measured mean of the model. */
function chooseDemand(
  rule: ServingCostRule,
  { demandPerMonth, demandTrace }: BasedEvidence,
  { cost }: PolicySpec,
): Demand | string {
  if (rule.predictionsPerMonth !== undefined) {
    return { predictions: rule.predictionsPerMonth, source: 'stated', text: 'stated' };
  }
  const stated = new Set(
    cost.flatMap((other) => (isPredictionCostRule(other) ? (other.predictionsPerMonth ?? []) : [])),
  );
  const [elsewhere] = stated;
  if (stated.size > 1) return 'the policy states several demands; state predictionsPerMonth in this rule';
  if (elsewhere !== undefined) return { predictions: elsewhere, source: 'stated', text: 'stated in the policy' };
  if (demandTrace != null && isLongEnough(demandTrace)) return demandTrace;
  const measured = Math.round(demandPerMonth ?? 0);
  if (measured > 0) return { predictions: measured, source: 'measured', text: 'measured in the last seven days' };
  return 'no demand is stated or measured; state predictionsPerMonth in the policy, or serve the model';
}

function isLongEnough({ days }: DemandTrace): boolean {
  return days.length >= LEAST_DAYS && days.some(({ requestsPerHour }) => requestsPerHour.some((count) => count > 0));
}

/** A cost at demand, of a steady demand or of a trace. */
interface Costed {
  readonly perMonth: string;
  readonly perThousand: string;
  readonly perMonthInterval: CostInterval | null;
  readonly perThousandInterval: CostInterval | null;
  readonly demand: PlannedDemand;
  readonly replicas: AtDemand['replicas'];
  readonly text: string;
}

function computeSteadyCost(plan: CapacityPlan, { predictions, source, text }: SteadyDemand, scaling: Scaling) {
  const { rate, pricePerHour, hardware } = plan;
  const cost = computeDemandCost({ rate, pricePerHour, predictionsPerMonth: predictions, scaling });
  if (typeof cost === 'string') return cost;
  const { replicas } = cost;
  const answer: Costed = {
    perMonth: cost.perMonth.amount,
    perThousand: cost.perThousand.amount,
    perMonthInterval: cost.perMonthInterval,
    perThousandInterval: cost.perThousandInterval,
    demand: { source, predictionsPerMonth: predictions, days: null },
    replicas: { least: replicas, most: replicas },
    text: `${countReplicas(String(replicas), replicas)} of ${hardware} for ${groupThousands(String(predictions))} predictions a month (${text}), ${describeLoad(cost)}`,
  };
  return answer;
}

function computeTracedCost(plan: CapacityPlan, { endpoint, days }: DemandTrace, scaling: Scaling) {
  const { rate, pricePerHour, hardware } = plan;
  const cost = computeTraceCost({ rate, pricePerHour, days, scaling });
  if (typeof cost === 'string') return cost;
  const { least, most } = cost.replicas;
  const monthly = groupThousands(String(Math.round(cost.predictionsPerMonth)));
  const { hours, replicas } = cost.beyond;
  const beyond =
    hours === 0
      ? ''
      : `; in ${hours} of ${days.length * HOURS_OF_A_DAY} hours the demand needs up to ${replicas} replicas, the scaling policy allows ${scaling.maxReplicas}`;
  const answer: Costed = {
    perMonth: cost.perMonth.amount,
    perThousand: cost.perThousand.amount,
    perMonthInterval: cost.perMonthInterval,
    perThousandInterval: cost.perThousandInterval,
    demand: { source: 'recorded', predictionsPerMonth: cost.predictionsPerMonth, days: days.length },
    replicas: cost.replicas,
    text: `${countReplicas(least === most ? String(most) : `${least} to ${most}`, most)} of ${hardware} for the recorded requests of endpoint ${endpoint} (${days.length} days by the hour, ${monthly} a month)${beyond}, ${describeLoad(cost)}`,
  };
  return answer;
}

const HOURS_OF_A_DAY = 24;

function countReplicas(count: string, most: number): string {
  return `${count} ${most === 1 ? 'replica' : 'replicas'}`;
}

function describeLoad({ utilization, fixedPerMonth }: { utilization: number; fixedPerMonth: MoneyText }): string {
  return `${(utilization * 100).toFixed(1)} % of their capacity at full use; fixed part ${formatMoneyText(fixedPerMonth)} a month`;
}

interface MoneyText {
  readonly amount: string;
  readonly currency: string;
}

/** The scaling of the rule, else the scaling policy of the endpoint that serves the model on this hardware, else {@link DEFAULT_SCALING}. */
function chooseScaling(
  rule: ServingCostRule,
  { scaling = [] }: BasedEvidence,
  hardware: string,
): PlannedScaling | string {
  const { replicas, targetUtilization } = rule;
  const target = targetUtilization === undefined ? {} : { targetUtilization };
  if (replicas !== undefined) {
    const own = { minReplicas: replicas.min, maxReplicas: replicas.max ?? null };
    return { ...DEFAULT_SCALING, ...own, ...target };
  }
  const kinds = new Map(scaling.map((bounds) => [buildBoundsKey(bounds), bounds]));
  const [bounds] = kinds.values();
  if (bounds === undefined) return { ...DEFAULT_SCALING, ...target };
  if (kinds.size > 1) {
    return `endpoints ${scaling.map(({ endpoint }) => endpoint).join(', ')} scale differently; state "replicas" in the policy`;
  }
  if (bounds.hardware !== hardware) {
    return `endpoint ${bounds.endpoint} runs on ${bounds.hardware}, but the capacity is measured on ${hardware}; record a benchmark on ${bounds.hardware}, or state "replicas" in the policy`;
  }
  const { minReplicas, maxReplicas } = bounds;
  return { minReplicas, maxReplicas, targetUtilization: bounds.targetUtilization, ...target };
}

function buildBoundsKey({ hardware, minReplicas, maxReplicas, targetUtilization, slo }: ScalingBounds): string {
  return JSON.stringify([hardware, minReplicas, maxReplicas, targetUtilization, slo]);
}

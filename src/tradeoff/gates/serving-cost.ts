import { decimal, decimalString, groupThousands } from '../../platform/units/index.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import { type CostAtDemand, costAtDemand, type Scaling } from '../unit-cost/index.ts';
import type { ScalingBounds, UnitCost, UnitCostBasis } from '../unit-cost/schema.ts';
import type { Check, CostRule, PolicySpec } from './schema.ts';

export type ServingCostRule = Exclude<CostRule, { measure: 'trainingCost' }>;

/** Evidence from when unit costs had a basis. */
type BasedEvidence = VersionEvidence & { readonly unitCosts: readonly UnitCost[] };

/** A cost of predictions as a rule asks for it. */
export interface MeasuredCost {
  /** Exact decimal in the currency of the policy; null when unknown. */
  readonly amount: string | null;
  /** null only in evidence from before costs had a basis. */
  readonly basis: UnitCostBasis | null;
  readonly interval: Check['interval'];
  /** Where it came from, or why it is unknown. */
  readonly source: string;
}

/** Where neither the policy nor an endpoint says how replicas follow demand. */
const DEFAULT_SCALING: Scaling = { minReplicas: 1, maxReplicas: null, targetUtilization: 0.7 };

/**
 * The cost per 1,000 predictions or a month, on the basis that the rule names; `atDemand` where it names none. Unknown with a reason when
 * the capacity, the demand or a price is unknown, or when there are several to choose from.
 */
export function servingCost(rule: ServingCostRule, candidate: BasedEvidence, policy: PolicySpec): MeasuredCost {
  switch (rule.basis ?? 'atDemand') {
    case 'benchmark':
      return benchmarkCost(rule, candidate, policy.currency);
    case 'served':
      return servedCost(rule, candidate, policy.currency);
    case 'atDemand':
      return demandCost(rule, candidate, policy);
  }
}

function unknown(basis: UnitCostBasis, reason: string): MeasuredCost {
  return { amount: null, basis, interval: null, source: `unknown: ${reason}` };
}

/** At full use, so a month of it is by straight proportion. */
function benchmarkCost(rule: ServingCostRule, candidate: BasedEvidence, currency: string): MeasuredCost {
  const benchmark = chooseBenchmark(rule, candidate, currency);
  if (typeof benchmark === 'string') return unknown('benchmark', benchmark);
  const { perThousand, interval, source } = benchmark;
  const scale = (amount: string) =>
    rule.measure === 'costPerThousandPredictions' ? amount : proportion(amount, rule.predictionsPerMonth);
  return {
    amount: scale(perThousand.amount),
    basis: 'benchmark',
    interval: interval === null ? null : { lower: scale(interval.lower), upper: scale(interval.upper) },
    source:
      rule.measure === 'costPerThousandPredictions'
        ? `${source}, at full use`
        : `${source}, at full use; at ${groupThousands(String(rule.predictionsPerMonth))} predictions a month`,
  };
}

function proportion(perThousand: string, predictions: number): string {
  return decimalString(decimal(perThousand).times(predictions).dividedBy(1000));
}

function servedCost(rule: ServingCostRule, { unitCosts }: BasedEvidence, currency: string): MeasuredCost {
  const served = unitCosts.filter(({ basis }) => basis === 'served');
  const [cost] = served;
  if (cost === undefined) return unknown('served', 'no endpoint served this version in the last seven days');
  if (served.length > 1) {
    return unknown('served', `several endpoints served it: ${served.map(({ endpoint }) => endpoint).join(', ')}`);
  }
  if (cost.perThousand === null) return unknown('served', cost.reason ?? 'it was not measured');
  const { amount, currency: own } = cost.perThousand;
  if (own !== currency) return unknown('served', `it is known in ${own}, the policy counts in ${currency}`);
  const source = `${cost.source}, ${cost.window.start} to ${cost.window.end}`;
  if (rule.measure === 'costPerThousandPredictions') return { amount, basis: 'served', interval: null, source };
  const traffic = Math.floor(cost.predictionsPerMonth ?? 0);
  if (traffic < rule.predictionsPerMonth) {
    const reason = `served ${groupThousands(String(traffic))} predictions a month, less than the stated ${groupThousands(String(rule.predictionsPerMonth))}; use the basis atDemand`;
    return unknown('served', reason);
  }
  return {
    amount: proportion(amount, traffic),
    basis: 'served',
    interval: null,
    source: `${source}; at the measured ${groupThousands(String(traffic))} predictions a month`,
  };
}

function demandCost(rule: ServingCostRule, candidate: BasedEvidence, policy: PolicySpec): MeasuredCost {
  const benchmark = chooseBenchmark(rule, candidate, policy.currency);
  if (typeof benchmark === 'string') {
    return unknown('atDemand', `the capacity of a replica is not known: ${benchmark}`);
  }
  const demand = demandOf(rule, candidate, policy);
  if (typeof demand === 'string') return unknown('atDemand', demand);
  const scaling = scalingOf(rule, candidate, benchmark.hardware.name);
  if (typeof scaling === 'string') return unknown('atDemand', scaling);
  const { serviceTime, pricePerHour } = benchmark;
  const cost = costAtDemand({ serviceTime, pricePerHour, predictionsPerMonth: demand.predictions, scaling });
  if (typeof cost === 'string') return unknown('atDemand', cost);
  const isMonth = rule.measure !== 'costPerThousandPredictions';
  return {
    amount: isMonth ? cost.perMonth.amount : cost.perThousand.amount,
    basis: 'atDemand',
    interval: isMonth ? cost.perMonthInterval : cost.perThousandInterval,
    source: demandSource(cost, benchmark, demand),
  };
}

interface Demand {
  readonly predictions: number;
  readonly source: string;
}

/** The demand that the rule states, else the one that other rules of the policy state, else the measured traffic of the model. */
function demandOf(rule: ServingCostRule, { demandPerMonth }: BasedEvidence, { cost }: PolicySpec): Demand | string {
  if (rule.predictionsPerMonth !== undefined) return { predictions: rule.predictionsPerMonth, source: 'stated' };
  const stated = new Set(
    cost.flatMap((other) => (other.measure === 'trainingCost' ? [] : (other.predictionsPerMonth ?? []))),
  );
  const [elsewhere] = stated;
  if (stated.size > 1) return 'the policy states several demands; state predictionsPerMonth in this rule';
  if (elsewhere !== undefined) return { predictions: elsewhere, source: 'stated in the policy' };
  const measured = Math.round(demandPerMonth ?? 0);
  if (measured > 0) return { predictions: measured, source: 'measured in the last seven days' };
  return 'the demand is not known; state predictionsPerMonth in the policy, or serve the model';
}

/** What the rule states, else the scaling policy of the endpoint that serves the model on this hardware, else {@link DEFAULT_SCALING}. */
function scalingOf(rule: ServingCostRule, { scaling = [] }: BasedEvidence, hardware: string): Scaling | string {
  const { replicas, targetUtilization } = rule;
  const target = targetUtilization === undefined ? {} : { targetUtilization };
  if (replicas !== undefined) {
    const own = { minReplicas: replicas.min, maxReplicas: replicas.max ?? null };
    return { ...DEFAULT_SCALING, ...own, ...target };
  }
  const kinds = new Map(scaling.map((bounds) => [boundsKey(bounds), bounds]));
  const [bounds] = kinds.values();
  if (bounds === undefined) return { ...DEFAULT_SCALING, ...target };
  if (kinds.size > 1) {
    return `endpoints ${scaling.map(({ endpoint }) => endpoint).join(', ')} scale differently; state "replicas" in the policy`;
  }
  if (bounds.hardware !== hardware) {
    return `endpoint ${bounds.endpoint} runs on ${bounds.hardware} and the benchmark was on ${hardware}; record a benchmark on ${bounds.hardware}, or state "replicas" in the policy`;
  }
  const { minReplicas, maxReplicas } = bounds;
  return { minReplicas, maxReplicas, targetUtilization: bounds.targetUtilization, ...target };
}

function boundsKey({ hardware, minReplicas, maxReplicas, targetUtilization }: ScalingBounds): string {
  return JSON.stringify([hardware, minReplicas, maxReplicas, targetUtilization]);
}

function demandSource(
  cost: CostAtDemand,
  { source, hardware }: UnitCost,
  { predictions, source: whence }: Demand,
): string {
  const count = `${cost.replicas} ${cost.replicas === 1 ? 'replica' : 'replicas'} of ${hardware.name}`;
  const { amount, currency } = cost.fixedPerMonth;
  const percent = (cost.utilization * 100).toFixed(1);
  return `${count} for ${predictions} predictions a month (${whence}), ${percent} % of their capacity; fixed part ${amount} ${currency} a month; ${source}`;
}

type KnownBenchmark = UnitCost & {
  readonly perThousand: NonNullable<UnitCost['perThousand']>;
  readonly serviceTime: NonNullable<UnitCost['serviceTime']>;
  readonly pricePerHour: NonNullable<UnitCost['hardware']['pricePerHour']>;
};

/** The one benchmark that is known in the currency, or a reason in words. With several: on the named hardware, else the endpoint's. */
function chooseBenchmark(
  rule: ServingCostRule,
  { unitCosts, scaling = [] }: BasedEvidence,
  currency: string,
): KnownBenchmark | string {
  const all = unitCosts.filter(({ basis }) => basis === 'benchmark');
  const named = rule.hardware === undefined ? all : all.filter(({ hardware }) => hardware.name === rule.hardware);
  const where = rule.hardware === undefined ? '' : ` on ${rule.hardware}`;
  const [first] = named;
  if (first === undefined) {
    return `no benchmark${where} was recorded; record usage with a count of predictions and without an endpoint`;
  }
  const served = named.filter(({ hardware }) => scaling.some((bounds) => bounds.hardware === hardware.name));
  const [chosen] = served.length === 1 ? served : [first];
  if (named.length > 1 && served.length !== 1) {
    return `benchmarks were run on ${named.map(({ hardware }) => hardware.name).join(', ')}; name "hardware" in the policy`;
  }
  return chosen === undefined ? `no benchmark${where} was recorded` : knownIn(chosen, currency);
}

function knownIn(cost: UnitCost, currency: string): KnownBenchmark | string {
  const { perThousand, serviceTime, hardware, reason } = cost;
  const { pricePerHour } = hardware;
  if (perThousand === null || serviceTime === null || pricePerHour === null) return reason ?? 'it was not measured';
  if (perThousand.currency !== currency) {
    return `it is known in ${perThousand.currency}, the policy counts in ${currency}`;
  }
  return { ...cost, perThousand, serviceTime, pricePerHour };
}

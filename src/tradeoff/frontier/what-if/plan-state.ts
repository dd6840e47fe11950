import { decimal, decimalString, formatPriceText } from '../../../platform/units/index.ts';
import type { VersionEvidence } from '../../evidence/schema.ts';
import { HOURS_PER_MONTH } from '../../unit-cost/index.ts';
import type { DemandTrace, ScalingBounds, WaitingSlo } from '../../unit-cost/schema.ts';
import { narrowEvidence } from '../configurations.ts';
import type { Configuration, EstimatedMoney, Replicas } from '../figures/schema.ts';
import { scaleMoney } from '../money.ts';
import { type CostTerms, type PlannedCost, planCost } from '../plan-cost.ts';
import { scaleDemand } from '../scale-demand.ts';
import type { WaitingShare } from './schema.ts';
import { computeShortfall, planSpotReplicas, type SpotCapacity } from './spot-capacity.ts';
import { checkSlo, computeWaitingShare } from './waiting-curve.ts';

/** A version in one configuration under changed conditions. */
export interface StateQuestion {
  readonly evidence: VersionEvidence;
  readonly configuration: Configuration;
  readonly terms: CostTerms;
  /** Factor on the demand; 1: as it is. */
  readonly traffic: number;
  /** Fixed number of replicas; null: as many as the demand needs. */
  readonly replicas: number | null;
  /** null: on demand. */
  readonly spot: SpotCapacity | null;
}

/** Cost of a state, and the load that its latency is computed from. */
export interface PlannedState {
  readonly cost: PlannedCost;
  /** Replicas that serve concurrently; spares of spot capacity are not among them. */
  readonly serving: Replicas;
  /** Predictions a second of one replica, at the busiest time that is known. */
  readonly ratePerReplica: number;
  readonly at: WaitingShare['at'];
  /** Share of the time with fewer replicas than needed; 0 on demand. */
  readonly shortfall: number;
  /** Most replicas that the scaling policy allows, where the plan needs more; null otherwise. */
  readonly limit: number | null;
}

const SECONDS_OF_AN_HOUR = 3600;

/**
 * Cost and load of a version in one configuration: at the demand times a factor, with as many replicas as the gate plans (the upper limit of the
 * scaling policy left aside) or a fixed number, on demand or on spot capacity with spares. A reason in words for an unknown cost.
 */
export function planState(question: StateQuestion): PlannedState | string {
  const { configuration, traffic, replicas, spot } = question;
  const narrowed = narrowEvidence(question.evidence, configuration);
  const terms = liftLimit(question.terms, narrowed.scaling ?? []);
  const now = planCost(narrowed, terms);
  if (typeof now === 'string') return now;
  const changed = scaleDemand(narrowed, terms, { factor: traffic, demand: now.demand });
  const planned = traffic === 1 ? now : planCost(changed.evidence, changed.terms);
  if (typeof planned === 'string') return planned;
  const cost = replicas === null ? planned : fixReplicas(planned, configuration, replicas);
  if (typeof cost === 'string') return cost;
  const limit = findLimit(narrowed.scaling ?? [], cost.replicas);
  const load = computeLoad(cost, changed.evidence.demandTrace ?? null);
  const state = { cost, serving: cost.replicas, ...load, shortfall: 0, limit };
  return spot === null ? state : moveToSpot(state, configuration, spot);
}

/** The scaling of the endpoint without its upper limit, so that a larger demand has a cost; `limit` then names it. */
function liftLimit(terms: CostTerms, scaling: readonly ScalingBounds[]): CostTerms {
  const [bounds, ...others] = scaling;
  if (terms.rule.replicas !== undefined)
    return { ...terms, rule: { ...terms.rule, replicas: { min: terms.rule.replicas.min } } };
  if (bounds === undefined || others.length > 0) return terms;
  const targetUtilization = terms.rule.targetUtilization ?? bounds.targetUtilization;
  return { ...terms, rule: { ...terms.rule, replicas: { min: bounds.minReplicas }, targetUtilization } };
}

function findLimit(scaling: readonly ScalingBounds[], { most }: Replicas): number | null {
  const limit = scaling[0]?.maxReplicas ?? null;
  return limit !== null && most > limit ? limit : null;
}

function fixReplicas(planned: PlannedCost, { hardware }: Configuration, replicas: number): PlannedCost | string {
  const { pricePerHour } = hardware;
  if (pricePerHour === null) return `no price for ${hardware.name}`;
  const amount = decimalString(decimal(pricePerHour.amount).times(replicas).times(HOURS_PER_MONTH));
  const perMonth = { amount, lower: amount, upper: amount, currency: pricePerHour.currency };
  return {
    ...planned,
    perMonth,
    perThousand: scaleMoney(perMonth, { times: 1000, per: planned.demand.predictionsPerMonth }),
    replicas: { least: replicas, most: replicas },
    source: `${replicas} fixed replicas of ${hardware.name}; ${planned.source}`,
  };
}

function computeLoad(
  { demand, replicas }: PlannedCost,
  trace: DemandTrace | null,
): Pick<PlannedState, 'ratePerReplica' | 'at'> {
  const serving = Math.max(1, replicas.most);
  if (demand.source === 'recorded' && trace !== null) {
    const busiest = Math.max(...trace.days.flatMap(({ requestsPerHour }) => requestsPerHour));
    return { ratePerReplica: busiest / SECONDS_OF_AN_HOUR / serving, at: 'busiest hour' };
  }
  const perSecond = demand.predictionsPerMonth / (HOURS_PER_MONTH * SECONDS_OF_AN_HOUR);
  return { ratePerReplica: perSecond / serving, at: 'steady' };
}

/** Share of the time with fewer replicas than needed where no SLO states one. */
const DEFAULT_MISS_RATIO = 0.05;

/** The price of spot capacity, and as many spares as keep the needed replicas for all but the share of the SLO. */
function moveToSpot(state: PlannedState, { hardware }: Configuration, spot: SpotCapacity): PlannedState | string {
  const { cost } = state;
  const { pricePerHour } = hardware;
  if (pricePerHour === null || Number(pricePerHour.amount) === 0) return `no price for ${hardware.name} on demand`;
  const missRatio = cost.capacity.slo?.missRatio ?? DEFAULT_MISS_RATIO;
  const needed = Math.max(1, cost.replicas.most);
  const most = planSpotReplicas(needed, { availability: spot.availability, missRatio });
  if (most === null) return `interruptions of ${spot.offer.name} leave too few replicas, however many there are`;
  const fraction = {
    times: decimal(spot.pricePerHour.amount).times(most),
    per: decimal(pricePerHour.amount).times(needed),
  };
  const scale = (money: EstimatedMoney): EstimatedMoney => scaleMoney(money, fraction);
  const least = Math.min(most, cost.replicas.least + most - needed);
  return {
    ...state,
    cost: {
      ...cost,
      perMonth: scale(cost.perMonth),
      perThousand: scale(cost.perThousand),
      replicas: { least, most },
      source: `${cost.source}; on spot at ${formatPriceText(spot.pricePerHour)} an hour with ${most - needed} spare replicas`,
    },
    shortfall: computeShortfall(most, needed, spot.availability),
  };
}

/** Waiting of the requests of a state; a shortage of spot replicas counts as waiting. null without measured service times. */
export function computeLatency(
  { evidence, configuration }: Pick<StateQuestion, 'evidence' | 'configuration'>,
  { ratePerReplica, at, shortfall }: PlannedState,
  slo: WaitingSlo,
): WaitingShare | null {
  const curve = (narrowEvidence(evidence, configuration).capacities ?? []).filter(
    (capacity) => capacity.slo.waitSeconds === slo.waitSeconds,
  );
  const waiting = computeWaitingShare(curve, ratePerReplica);
  if (waiting === null) return null;
  const share = Math.min(1, waiting.share + shortfall);
  const upper = Math.min(1, waiting.upper + shortfall);
  const ends = { share, lower: waiting.lower, upper };
  return { slo, ...ends, holdsSlo: checkSlo(ends, slo), at };
}

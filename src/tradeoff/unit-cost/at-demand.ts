import { decimal, decimalString, groupThousands, type Money } from '../../platform/units/index.ts';
import { computePerThousand, HOURS_PER_MONTH } from './measured-usage.ts';
import type { CostInterval } from './schema.ts';

/** How replicas follow demand. */
export interface Scaling {
  readonly minReplicas: number;
  /** null: no limit is known. */
  readonly maxReplicas: number | null;
}

/** The rate that one replica is planned with. */
export interface PlannedRate {
  /** Predictions a second; less than at full use, so that requests wait no longer than they may. */
  readonly predictionsPerSecond: number;
  /** 95 % interval of it; null when there is none. */
  readonly interval: { readonly lower: number; readonly upper: number } | null;
  /** Seconds of a replica for 1,000 predictions at full use. */
  readonly secondsPerThousand: number;
}

interface DemandQuestion {
  readonly rate: PlannedRate;
  readonly pricePerHour: Money;
  readonly predictionsPerMonth: number;
  readonly scaling: Scaling;
}

interface CostAtDemand {
  /** Replicas that the demand needs. */
  readonly replicas: number;
  /** Share of their capacity at full use that the demand takes, 0 to 1. */
  readonly utilization: number;
  readonly perMonth: Money;
  readonly perThousand: Money;
  /** Fixed part a month: the replicas that always run. */
  readonly fixedPerMonth: Money;
  /** Variable part per 1,000 predictions: price / capacity at full use. */
  readonly variablePerThousand: Money;
  /** 95 % intervals, from the interval of the planned rate; null when that has none. */
  readonly perMonthInterval: CostInterval | null;
  readonly perThousandInterval: CostInterval | null;
}

/** Seconds of a month of 730 hours. */
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
/** A demand that fills replicas exactly must not need one more for a rounding error. */
const ROUNDING = 1e-9;

/**
 * Cost of serving a stated demand D: replicas r(D) = max(minReplicas, ceil(D / planned rate)), cost = r(D) x price;
 * per 1,000 = cost / predictions x 1,000. Answers a reason in words when the demand needs more replicas than the scaling policy allows.
 *
 * @example D = 1 per s, 1.4 per s and replica, price 1.00: 1 replica, 730.00 a month of 730 hours.
 */
export function computeDemandCost(question: DemandQuestion): CostAtDemand | string {
  const { rate, pricePerHour, predictionsPerMonth, scaling } = question;
  const { secondsPerThousand, interval } = rate;
  const perSecond = predictionsPerMonth / SECONDS_PER_MONTH;
  const needed = (capacity: number) => Math.max(1, scaling.minReplicas, computeNeededReplicas(perSecond, capacity));
  const replicas = needed(rate.predictionsPerSecond);
  if (scaling.maxReplicas !== null && replicas > scaling.maxReplicas) {
    return `${groupThousands(String(predictionsPerMonth))} predictions a month need ${replicas} replicas; the scaling policy allows ${scaling.maxReplicas}`;
  }
  const { currency } = pricePerHour;
  const monthOf = (count: number) => decimalString(decimal(pricePerHour.amount).times(count).times(HOURS_PER_MONTH));
  const perMonth = monthOf(replicas);
  const bounds =
    interval === null
      ? null
      : // An upper bound above the policy's limit is still the cost that it would take.
        ([interval.upper, interval.lower].map((capacity) => monthOf(needed(capacity))) as [string, string]);
  return {
    replicas,
    utilization: (perSecond * secondsPerThousand) / 1000 / replicas,
    perMonth: { amount: perMonth, currency },
    perThousand: { amount: computePerThousand(perMonth, predictionsPerMonth), currency },
    fixedPerMonth: { amount: monthOf(scaling.minReplicas), currency },
    variablePerThousand: {
      amount: decimalString(decimal(pricePerHour.amount).times(secondsPerThousand).dividedBy(3600).toDecimalPlaces(20)),
      currency,
    },
    perMonthInterval: bounds === null ? null : { lower: bounds[0], upper: bounds[1] },
    perThousandInterval:
      bounds === null
        ? null
        : {
            lower: computePerThousand(bounds[0], predictionsPerMonth),
            upper: computePerThousand(bounds[1], predictionsPerMonth),
          },
  };
}

/** Whole replicas for a demand, both in predictions a second. */
export function computeNeededReplicas(perSecond: number, capacity: number): number {
  return Math.ceil((perSecond / capacity) * (1 - ROUNDING));
}

import { decimal, decimalString, groupThousands, type Money } from '../../platform/units/index.ts';
import { HOURS_PER_MONTH, perThousand } from './measured-usage.ts';
import type { CostInterval, ServiceTime } from './schema.ts';

/** How replicas follow demand. */
export interface Scaling {
  readonly minReplicas: number;
  /** null: no limit is known. */
  readonly maxReplicas: number | null;
  /** Share of the measured capacity of a replica that is planned with, 0 to 1: the rest keeps waiting within the SLO. */
  readonly targetUtilization: number;
}

interface DemandQuestion {
  readonly serviceTime: ServiceTime;
  readonly pricePerHour: Money;
  readonly predictionsPerMonth: number;
  readonly scaling: Scaling;
}

export interface CostAtDemand {
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
  /** 95 % intervals, from the interval of the service time; null when that has none. */
  readonly perMonthInterval: CostInterval | null;
  readonly perThousandInterval: CostInterval | null;
}

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
/** A demand that fills replicas exactly must not need one more for a rounding error. */
const ROUNDING = 1e-9;

/**
 * Cost of serving a stated demand D: replicas r(D) = max(minReplicas, ceil(D / (capacity x targetUtilization))), cost = r(D) x price;
 * per 1,000 = cost / predictions x 1,000. Answers a reason in words when the demand needs more replicas than the scaling policy allows.
 *
 * @example D = 1 per s, 0.5 s a prediction, target 0.7, price 1.00: 1 replica, 730.00 a month of 730 hours.
 */
export function costAtDemand(question: DemandQuestion): CostAtDemand | string {
  const { serviceTime, pricePerHour, predictionsPerMonth, scaling } = question;
  const { secondsPerThousand, interval } = serviceTime;
  const replicas = neededReplicas(secondsPerThousand, predictionsPerMonth, scaling);
  if (scaling.maxReplicas !== null && replicas > scaling.maxReplicas) {
    return `${groupThousands(String(predictionsPerMonth))} predictions a month need ${replicas} replicas; the scaling policy allows ${scaling.maxReplicas}`;
  }
  const { currency } = pricePerHour;
  const monthOf = (count: number) => decimalString(decimal(pricePerHour.amount).times(count).times(HOURS_PER_MONTH));
  const perMonth = monthOf(replicas);
  const bounds =
    interval === null
      ? null
      : ([interval.lower, interval.upper].map((seconds) =>
          // An upper bound above the policy's limit is still the cost that it would take.
          monthOf(neededReplicas(seconds, predictionsPerMonth, scaling)),
        ) as [string, string]);
  return {
    replicas,
    utilization: busyReplicas(secondsPerThousand, predictionsPerMonth) / replicas,
    perMonth: { amount: perMonth, currency },
    perThousand: { amount: perThousand(perMonth, predictionsPerMonth), currency },
    fixedPerMonth: { amount: monthOf(scaling.minReplicas), currency },
    variablePerThousand: {
      amount: decimalString(decimal(pricePerHour.amount).times(secondsPerThousand).dividedBy(3600).toDecimalPlaces(20)),
      currency,
    },
    perMonthInterval: bounds === null ? null : { lower: bounds[0], upper: bounds[1] },
    perThousandInterval:
      bounds === null
        ? null
        : { lower: perThousand(bounds[0], predictionsPerMonth), upper: perThousand(bounds[1], predictionsPerMonth) },
  };
}

/** Replicas that work without pause on the demand. */
function busyReplicas(secondsPerThousand: number, predictionsPerMonth: number): number {
  return (predictionsPerMonth / SECONDS_PER_MONTH) * (secondsPerThousand / 1000);
}

function neededReplicas(secondsPerThousand: number, predictionsPerMonth: number, scaling: Scaling): number {
  const busy = busyReplicas(secondsPerThousand, predictionsPerMonth) / scaling.targetUtilization;
  return Math.max(1, scaling.minReplicas, Math.ceil(busy * (1 - ROUNDING)));
}

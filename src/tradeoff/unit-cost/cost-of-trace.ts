import { createRandom } from '../../platform/numbers/index.ts';
import { decimal, decimalString, type Money } from '../../platform/units/index.ts';
import { computeNeededReplicas, type PlannedRate, type Scaling } from './at-demand.ts';
import { HOURS_PER_MONTH } from './measured-usage.ts';
import type { CostInterval, DemandTrace } from './schema.ts';

interface TraceQuestion {
  readonly rate: PlannedRate;
  readonly pricePerHour: Money;
  readonly days: DemandTrace['days'];
  readonly scaling: Scaling;
}

interface CostOfTrace {
  /** Replicas in the hours of the trace. */
  readonly replicas: { readonly least: number; readonly most: number };
  /** Hours in which the demand needs more replicas than the scaling policy allows, and how many it needs at most. */
  readonly beyond: { readonly hours: number; readonly replicas: number };
  /** Share of the replicas' capacity at full use that the demand takes, 0 to 1 as long as no hour is beyond the limit. */
  readonly utilization: number;
  readonly predictionsPerMonth: number;
  readonly perMonth: Money;
  readonly perThousand: Money;
  /** Fixed part a month: the replicas that always run. */
  readonly fixedPerMonth: Money;
  /** 95 % bootstrap intervals over the days; the interval of the planned rate, where it has one, is added at both ends. */
  readonly perMonthInterval: CostInterval;
  readonly perThousandInterval: CostInterval;
}

/** Fewer days are no trace: a mean is taken instead. */
export const LEAST_DAYS = 3;
const HOURS_OF_A_DAY = 24;
const SECONDS_OF_AN_HOUR = 3600;
const DRAWS = 1_000;
const TAIL = 0.025;
const SEED = 20_261_129;
const DECIMALS = 20;

/** Usage of one day. */
interface Day {
  readonly replicaHours: number;
  readonly requests: number;
}

/**
 * Cost of serving a recorded trace D(t) by the hour: replicas r(D) = min(max, max(min, ceil(D / planned rate))) in each hour,
 * cost = sum of r x price, as a month of 730 hours. An hour without a request takes `minReplicas`, which may be 0. Arrivals within an
 * hour are assumed to be random; the planned rate allows for that. A returned string is the reason, for a trace without a request.
 *
 * @example 12 hours of 2 replicas and 12 of 1, price 1.00: 36 replica-hours a day, 1,095.00 a month.
 */
export function computeTraceCost({ rate, pricePerHour, days, scaling }: TraceQuestion): CostOfTrace | string {
  const requests = days.flatMap(({ requestsPerHour }) => requestsPerHour);
  const total = sumNumbers(requests);
  if (total === 0) return 'no request was recorded in the trace';
  const needed = requests.map((count) => computeNeededReplicas(count / SECONDS_OF_AN_HOUR, rate.predictionsPerSecond));
  const used = needed.map((count) => clampReplicas(count, scaling));
  const beyond = needed.filter((count, hour) => count > (used[hour] ?? 0));
  const replicaHours = sumNumbers(used);
  const { currency } = pricePerHour;
  const priceOf = (hours: number, per: number) =>
    decimalString(decimal(pricePerHour.amount).times(hours).dividedBy(per).toDecimalPlaces(DECIMALS));
  const { lower, upper } = bootstrapDays({ rate, days, scaling });
  return {
    replicas: { least: Math.min(...used), most: Math.max(...used) },
    beyond: { hours: beyond.length, replicas: Math.max(0, ...beyond) },
    utilization: (total * rate.secondsPerThousand) / 1000 / (replicaHours * SECONDS_OF_AN_HOUR),
    predictionsPerMonth: (total / requests.length) * HOURS_PER_MONTH,
    perMonth: { amount: priceOf(replicaHours * HOURS_PER_MONTH, requests.length), currency },
    perThousand: { amount: priceOf(replicaHours * 1000, total), currency },
    fixedPerMonth: { amount: priceOf(scaling.minReplicas * HOURS_PER_MONTH, 1), currency },
    perMonthInterval: {
      lower: priceOf(lower.replicas * HOURS_PER_MONTH, 1),
      upper: priceOf(upper.replicas * HOURS_PER_MONTH, 1),
    },
    perThousandInterval: {
      lower: priceOf(lower.replicaHoursPerRequest * 1000, 1),
      upper: priceOf(upper.replicaHoursPerRequest * 1000, 1),
    },
  };
}

function clampReplicas(needed: number, { minReplicas, maxReplicas }: Scaling): number {
  return Math.min(maxReplicas ?? Number.POSITIVE_INFINITY, Math.max(minReplicas, needed));
}

function sumNumbers(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/**
 * Percentile bootstrap over days: the lower end is that of the days at the upper end of the planned rate, the upper end that at its lower end, so the
 * interval covers at least 95 %.
 */
function bootstrapDays({ rate, days, scaling }: Pick<TraceQuestion, 'rate' | 'days' | 'scaling'>) {
  const { predictionsPerSecond } = rate;
  const ends = rate.interval ?? { lower: predictionsPerSecond, upper: predictionsPerSecond };
  return {
    lower: computeDrawQuantile(computeDays(days, ends.upper, scaling), TAIL),
    upper: computeDrawQuantile(computeDays(days, ends.lower, scaling), 1 - TAIL),
  };
}

function computeDays(days: DemandTrace['days'], capacity: number, scaling: Scaling): Day[] {
  return days.map(({ requestsPerHour }) => ({
    requests: sumNumbers(requestsPerHour),
    replicaHours: sumNumbers(
      requestsPerHour.map((count) =>
        clampReplicas(computeNeededReplicas(count / SECONDS_OF_AN_HOUR, capacity), scaling),
      ),
    ),
  }));
}

/** Mean replicas, and replica-hours of a request, at this share of the draws; draws without a request have none. */
function computeDrawQuantile(days: readonly Day[], share: number) {
  const random = createRandom(SEED);
  const drawn = Array.from({ length: DRAWS }, () => {
    const sample = days.map(() => days[Math.floor(random() * days.length)]);
    const replicaHours = sumNumbers(sample.map((day) => day?.replicaHours ?? 0));
    return { replicaHours, requests: sumNumbers(sample.map((day) => day?.requests ?? 0)) };
  });
  const hours = days.length * HOURS_OF_A_DAY;
  const at = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[Math.round(share * (values.length - 1))] ?? 0;
  return {
    replicas: at(drawn.map(({ replicaHours }) => replicaHours / hours)),
    replicaHoursPerRequest: at(
      drawn.flatMap(({ replicaHours, requests }) => (requests === 0 ? [] : replicaHours / requests)),
    ),
  };
}

import { groupThousands, type Money } from '../../platform/units/index.ts';
import type { PlannedRate, Scaling } from '../unit-cost/index.ts';
import { describeRate, type PlannedCapacity, type ReplicaCapacity, type WaitingSlo } from '../unit-cost/schema.ts';
import type { BasedEvidence, KnownBenchmark, ServingCostRule } from './known-costs.ts';
import { isPredictionCostRule, type PolicySpec } from './schema.ts';

/** How replicas follow demand, and the share of full use that is planned with where the capacity at the SLO is not measured. */
export interface PlannedScaling extends Scaling {
  readonly targetUtilization: number;
}

/** The capacity that a replica is planned with. */
export interface CapacityPlan {
  /** Name of the hardware. */
  readonly hardware: string;
  readonly pricePerHour: Money;
  readonly rate: PlannedRate;
  readonly capacity: PlannedCapacity;
  /** Example: "measured at the SLO (5 % may wait longer than 2 s): 12.3 predictions a second". */
  readonly text: string;
}

/**
 * SLOs at which the rules of a policy at demand need the capacity of a replica; null means the SLO of the endpoint. Empty without
 * a rule at demand.
 */
export function listDemandSlos({ cost }: PolicySpec): (WaitingSlo | null)[] {
  const asked = cost.flatMap((rule) =>
    isPredictionCostRule(rule) && (rule.basis ?? 'atDemand') === 'atDemand' ? [rule.slo ?? null] : [],
  );
  return [...new Map(asked.map((slo) => [buildSloKey(slo), slo])).values()];
}

function buildSloKey(slo: WaitingSlo | null): string {
  return slo === null ? '' : `${slo.waitSeconds} ${slo.missRatio}`;
}

/**
 * The capacity at the SLO: measured on live traffic, of several endpoints the one with most measurements; else from the service times of the chosen
 * benchmark. null when there is none; a reason in words when the SLO holds at no rate.
 */
export function planMeasured(
  rule: ServingCostRule,
  { capacities = [] }: BasedEvidence,
  { benchmark, currency }: { readonly benchmark: KnownBenchmark | string; readonly currency: string },
): CapacityPlan | string | null {
  const known = capacities.filter(
    ({ slo, askedSlo, hardware }) =>
      (rule.slo === undefined
        ? askedSlo !== 'policy'
        : askedSlo === 'policy' && buildSloKey(slo) === buildSloKey(rule.slo)) &&
      (rule.hardware === undefined || hardware.name === rule.hardware) &&
      hardware.pricePerHour?.currency === currency,
  );
  const [live] = known
    .filter(({ source, batchSize }) => source === 'traffic' && batchSize === (rule.batchSize ?? batchSize))
    .toSorted((a, b) => b.measurements - a.measurements);
  const chosen =
    live ?? (typeof benchmark === 'string' ? undefined : known.find((one) => isBenchmarkCapacity(one, benchmark)));
  if (chosen === undefined || chosen.hardware.pricePerHour === null) return null;
  const { predictionsPerSecond, hardware, slo } = chosen;
  if (predictionsPerSecond === null)
    return `one replica of ${hardware.name} meets the SLO at no rate: ${describeSlo(slo)}`;
  return buildCapacityPlan(chosen, predictionsPerSecond, chosen.hardware.pricePerHour);
}

function isBenchmarkCapacity({ source, hardware, batchSize }: ReplicaCapacity, benchmark: KnownBenchmark): boolean {
  return source === 'benchmark' && hardware.name === benchmark.hardware.name && batchSize === benchmark.batchSize;
}

function buildCapacityPlan(chosen: ReplicaCapacity, predictionsPerSecond: number, pricePerHour: Money): CapacityPlan {
  const { source, endpoint, hardware, concurrency, batchSize, measurements, secondsPerThousand, slo, interval } =
    chosen;
  const where =
    source === 'traffic'
      ? `measured at the SLO (${describeSlo(slo)}) on traffic of endpoint ${endpoint}`
      : `from the benchmark's service times at the SLO (${describeSlo(slo)})`;
  const batches = batchSize === 1 ? '' : ` of ${groupThousands(String(batchSize))}`;
  const requests = `${groupThousands(String(measurements))} requests${batches}, ${concurrency} at a time`;
  return {
    hardware: hardware.name,
    pricePerHour,
    rate: { predictionsPerSecond, interval, secondsPerThousand },
    capacity: {
      source: source === 'traffic' ? 'measured' : 'benchmark',
      predictionsPerSecond,
      slo,
      targetUtilization: null,
      concurrency,
      measurements,
    },
    text: `${where}: ${describeRate(predictionsPerSecond)}, ${requests}`,
  };
}

/** Without a measurement at the SLO: the mean service time of the benchmark at `targetUtilization`. */
export function planAssumed(benchmark: KnownBenchmark, { targetUtilization }: PlannedScaling): CapacityPlan {
  const { serviceTime, pricePerHour, hardware, source } = benchmark;
  const { secondsPerThousand, interval, measurements } = serviceTime;
  const rateAt = (seconds: number) => (1000 / seconds) * targetUtilization;
  const predictionsPerSecond = rateAt(secondsPerThousand);
  return {
    hardware: hardware.name,
    pricePerHour,
    rate: {
      predictionsPerSecond,
      interval: interval === null ? null : { lower: rateAt(interval.upper), upper: rateAt(interval.lower) },
      secondsPerThousand,
    },
    capacity: {
      source: 'assumed',
      predictionsPerSecond,
      slo: null,
      targetUtilization,
      concurrency: null,
      measurements,
    },
    text: `assumed at utilization ${targetUtilization}: ${describeRate(predictionsPerSecond)}; ${source}`,
  };
}

/** Example: "5 % may wait longer than 2 s". */
function describeSlo({ waitSeconds, missRatio }: WaitingSlo): string {
  return `${Number((missRatio * 100).toPrecision(6))} % may wait longer than ${waitSeconds} s`;
}

import { formatPriceText } from '../../platform/units/index.ts';
import { bootstrapServiceTime, LEAST_MEASUREMENTS } from './bootstrap.ts';
import {
  buildHardwareName,
  groupByTime,
  type MeasuredUsage,
  type PriceNow,
  priceHardware,
  priceSeconds,
  type TimedUsage,
} from './measured-usage.ts';
import type { Hardware, ServiceTime, UnitCost } from './schema.ts';

/**
 * Unit costs on the basis `benchmark`, one for each hardware and batch size: measured service time times the price of the hardware now, at full use.
 * Usage of an endpoint is left out. Empty when no measurement counted predictions.
 *
 * @example 10,000 predictions in an hour on 2 vCPUs at 0.04 an hour each -> 0.008 per 1,000.
 */
export function computeBenchmarkCosts(usage: readonly MeasuredUsage[], priceNow: PriceNow): UnitCost[] {
  const measured = groupByTime(usage.filter(({ endpoint }) => endpoint === null));
  const keyOf = ({ parts, benchmark }: TimedUsage) => JSON.stringify([parts, benchmark?.batchSize ?? null]);
  return [...Map.groupBy(measured, keyOf).values()]
    .map((group) => computeGroupCost(group, priceNow))
    .toSorted((a, b) => compareNames(a.hardware.name, b.hardware.name) || (a.batchSize ?? 0) - (b.batchSize ?? 0));
}

function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function computeGroupCost(group: readonly TimedUsage[], priceNow: PriceNow): UnitCost {
  const parts = group[0]?.parts ?? [];
  const { hardware, missing } = priceHardware(parts, priceNow);
  const serviceTime = measureServiceTime(group);
  const { pricePerHour } = hardware;
  const cost = pricePerHour === null ? null : priceSeconds(pricePerHour, serviceTime.secondsPerThousand);
  const bound = (seconds: number) => (pricePerHour === null ? '0' : priceSeconds(pricePerHour, seconds).amount);
  const { interval } = serviceTime;
  return {
    basis: 'benchmark',
    perThousand: cost,
    reason: cost === null ? priceReason(missing, buildHardwareName(parts)) : null,
    interval:
      cost === null || interval === null ? null : { lower: bound(interval.lower), upper: bound(interval.upper) },
    busy: cost,
    idle: cost === null ? null : { amount: '0', currency: cost.currency },
    hardware,
    batchSize: group[0]?.benchmark?.batchSize ?? null,
    endpoint: null,
    window: computeUsageWindow(group),
    predictions: group.reduce((sum, { predictions }) => sum + predictions, 0),
    predictionsPerMonth: null,
    serviceTime,
    source: `benchmark on ${describePricedHardware(hardware)}: ${[...new Set(group.map(({ origin }) => origin))].join('; ')}`,
  };
}

/** Example: `2 x vcpu at $0.08 an hour (contract of 2026-01)`. */
function describePricedHardware({ name, pricePerHour, priceSource }: Hardware): string {
  return pricePerHour === null ? name : `${name} at ${formatPriceText(pricePerHour)} an hour (${priceSource})`;
}

function measureServiceTime(group: readonly TimedUsage[]): ServiceTime {
  const timed = group.map(({ start, end, predictions }) => ({ seconds: (end - start) / 1000, predictions }));
  const total = timed.reduce(
    (sum, one) => ({ seconds: sum.seconds + one.seconds, predictions: sum.predictions + one.predictions }),
    { seconds: 0, predictions: 0 },
  );
  return {
    secondsPerThousand: (1000 * total.seconds) / total.predictions,
    interval: timed.length < LEAST_MEASUREMENTS ? null : bootstrapServiceTime(timed),
    measurements: timed.length,
  };
}

function priceReason(missing: readonly string[], hardware: string): string {
  if (missing.length === 0) return `${hardware} is priced in more than one currency`;
  return `no price for ${missing.join(', ')} now; apply a PriceBook that has it`;
}

function computeUsageWindow(usage: readonly { readonly start: number; readonly end: number }[]): UnitCost['window'] {
  return {
    start: new Date(Math.min(...usage.map(({ start }) => start))).toISOString(),
    end: new Date(Math.max(...usage.map(({ end }) => end))).toISOString(),
  };
}

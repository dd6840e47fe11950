import { HOUR_MS } from '../../platform/units/durations.ts';
import { decimal, decimalString, findSmallest, sumDecimals } from '../../platform/units/index.ts';
import {
  buildHardwareName,
  computePerThousand,
  HOURS_PER_MONTH,
  type MeasuredUsage,
  type PriceNow,
  priceHardware,
} from './measured-usage.ts';
import type { UnitCost } from './schema.ts';

/** [start, end) in Unix milliseconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Share of the time of the replicas in which they worked on requests, 0 to 1; null when it was not measured. */
type BusyShare = (endpoint: string) => number | null;

/**
 * Unit costs on the basis `served`, one for each endpoint: metered cost of the version's replicas in the window, idle time included,
 * divided by its predictions in the window. Intervals that cross an edge of the window count by the share inside it. Empty without
 * usage in the window; `perThousand` is null without a prediction or without a price.
 *
 * @example a replica at 2.00 an hour for 24 hours with 48,000 predictions -> 1.00 per 1,000.
 */
export function computeServedCosts(
  usage: readonly MeasuredUsage[],
  window: Window,
  facts: { readonly priceNow: PriceNow; readonly busyShare: BusyShare },
): UnitCost[] {
  const within = usage.flatMap((one) => clipUsage(one, window));
  return [...Map.groupBy(within, ({ endpoint }) => endpoint ?? '')]
    .map(([endpoint, group]) => computeEndpointCost(endpoint, group, window, facts))
    .toSorted((a, b) => ((a.endpoint ?? '') < (b.endpoint ?? '') ? -1 : 1));
}

type ClippedUsage = MeasuredUsage & { readonly predictions: number };

function clipUsage(usage: MeasuredUsage, window: Window): ClippedUsage[] {
  const [start, end] = [Math.max(usage.start, window.start), Math.min(usage.end, window.end)];
  if (usage.endpoint === null || end <= start) return [];
  const share = decimal(end - start).dividedBy(usage.end - usage.start);
  const cost =
    usage.cost === null
      ? null
      : { ...usage.cost, amount: decimalString(share.times(usage.cost.amount).toDecimalPlaces(20)) };
  return [{ ...usage, start, end, cost, predictions: Math.round(share.times(usage.predictions ?? 0).toNumber()) }];
}

function computeEndpointCost(
  endpoint: string,
  group: readonly ClippedUsage[],
  window: Window,
  { priceNow, busyShare }: { readonly priceNow: PriceNow; readonly busyShare: BusyShare },
): UnitCost {
  const held = [...new Map(group.map((one) => [JSON.stringify([one.resource, one.quantity]), one])).values()];
  const parts = held.toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
  const { hardware } = priceHardware(parts, priceNow);
  // Replicas on different hardware have no single price of a replica.
  const shown = parts.length > 1 ? { name: buildHardwareName(parts), pricePerHour: null, priceSource: null } : hardware;
  const predictions = group.reduce((sum, one) => sum + one.predictions, 0);
  const reason = explainUnknownServed(group, predictions);
  const cost =
    reason === null
      ? {
          amount: computePerThousand(sumDecimals(group.map((one) => one.cost?.amount ?? '0')), predictions),
          currency: group[0]?.cost?.currency ?? '',
        }
      : null;
  const share = busyShare(endpoint);
  return {
    basis: 'served',
    perThousand: cost,
    reason,
    interval: null,
    ...(cost === null || share === null ? { busy: null, idle: null } : splitCost(cost, share)),
    hardware: shown,
    batchSize: null,
    endpoint,
    window: { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() },
    predictions,
    predictionsPerMonth: computeRatePerMonth(group, predictions),
    serviceTime: null,
    source: `replicas of endpoint ${endpoint}, idle time included`,
  };
}

/** Monthly rate from the first start to the last end of the usage. */
function computeRatePerMonth(held: readonly Window[], predictions: number): number {
  const start = Math.min(...held.map((one) => one.start));
  const end = Math.max(...held.map((one) => one.end));
  return (predictions * HOURS_PER_MONTH * HOUR_MS) / (end - start);
}

function explainUnknownServed(group: readonly ClippedUsage[], predictions: number): string | null {
  const unpriced = new Set(group.filter(({ cost }) => cost === null).map(({ resource }) => resource));
  if (unpriced.size > 0)
    return `no price for ${[...unpriced].join(', ')} at the time of use; apply a PriceBook that has it`;
  const currencies = new Set(group.map(({ cost }) => cost?.currency));
  if (currencies.size > 1) return `the replicas are priced in ${[...currencies].join(' and ')}`;
  return predictions === 0 ? 'its replicas answered no prediction in the window' : null;
}

/** busy + idle = the whole, exactly. */
function splitCost(cost: { amount: string; currency: string }, share: number) {
  const busy = decimal(cost.amount)
    .times(findSmallest(decimal(share), decimal(1)))
    .toDecimalPlaces(20);
  return {
    busy: { amount: decimalString(busy), currency: cost.currency },
    idle: { amount: decimalString(decimal(cost.amount).minus(busy)), currency: cost.currency },
  };
}

/** Predictions a month of everything that endpoints served in the window, at the rate of the time in which they served; null when none did. */
export function computeDemandPerMonth(usage: readonly MeasuredUsage[], window: Window): number | null {
  const within = usage.flatMap((one) => clipUsage(one, window));
  if (within.length === 0) return null;
  return computeRatePerMonth(
    within,
    within.reduce((sum, { predictions }) => sum + predictions, 0),
  );
}

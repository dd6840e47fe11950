import { decimal, decimalString, type Money, sumDecimals } from '../../platform/units/index.ts';
import type { Hardware } from './schema.ts';

/** Metered usage of one version for inference. */
export interface MeasuredUsage {
  readonly resource: string;
  /** Exact decimal. */
  readonly quantity: string;
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly predictions: number | null;
  /** How a benchmark was run; null when that is not known. */
  readonly benchmark: BenchmarkRun | null;
  /** null: a measurement outside of any endpoint, at full use. */
  readonly endpoint: string | null;
  /** Metered cost at the prices of its time; null without a price. */
  readonly cost: Money | null;
  /** Price for an hour that its sender stated; null: the price book's. */
  readonly statedPrice: Money | null;
  readonly origin: string;
}

/** How the requests of a benchmark were sent. */
export interface BenchmarkRun {
  /** Predictions of one request. */
  readonly batchSize: number;
  /** Requests at a time; 1 when left out. */
  readonly concurrency?: number | undefined;
  /** Seconds that single requests took. */
  readonly serviceSeconds?: readonly number[] | undefined;
}

/** Price of one unit of a resource for an hour now; null without one. */
export type PriceNow = (resource: string) => { readonly price: Money; readonly source: string } | null;

/** Usage with the same period: the resources of one measurement, and its predictions. */
export interface TimedUsage {
  readonly start: number;
  readonly end: number;
  readonly predictions: number;
  readonly parts: readonly Part[];
  readonly benchmark: BenchmarkRun | null;
  readonly origin: string;
}

interface Part {
  readonly resource: string;
  readonly quantity: string;
  readonly statedPrice: Money | null;
}

/** Hours in a month of 365 / 12 days. */
export const HOURS_PER_MONTH = 730;

/** Groups usage with the same period into one measurement. A period without a count of predictions is left out. */
export function groupByTime(usage: readonly MeasuredUsage[]): TimedUsage[] {
  return [...Map.groupBy(usage, ({ start, end }) => `${start} ${end}`).values()].flatMap((group) => {
    const [first] = group;
    const predictions = group.reduce((sum, one) => sum + (one.predictions ?? 0), 0);
    if (first === undefined || predictions === 0 || first.end <= first.start) return [];
    const { start, end, origin } = first;
    const benchmark = group.find((one) => one.benchmark !== null)?.benchmark ?? null;
    return [{ start, end, predictions, parts: groupParts(group), benchmark, origin }];
  });
}

function groupParts(group: readonly MeasuredUsage[]): Part[] {
  const keyOf = ({ resource, statedPrice }: MeasuredUsage) => JSON.stringify([resource, statedPrice]);
  return [...Map.groupBy(group, keyOf).values()]
    .flatMap(([first, ...rest]) => {
      if (first === undefined) return [];
      const quantity = sumDecimals([first, ...rest].map((one) => one.quantity));
      return [{ resource: first.resource, quantity, statedPrice: first.statedPrice }];
    })
    .toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
}

/** Example: two vCPUs -> `2 x vcpu`. */
export function buildHardwareName(parts: readonly { readonly resource: string; readonly quantity: string }[]): string {
  return parts.map(({ resource, quantity }) => `${decimalString(quantity)} x ${resource}`).join(' + ');
}

/** The hardware with its price for an hour now: stated prices first, else the price book's. `missing`: resources without a price. */
export function priceHardware(parts: readonly Part[], priceNow: PriceNow): { hardware: Hardware; missing: string[] } {
  const priced = parts.map((part) => {
    const known =
      part.statedPrice === null
        ? priceNow(part.resource)
        : { price: part.statedPrice, source: 'stated with the usage' };
    return { ...part, known };
  });
  const name = buildHardwareName(parts);
  const missing = priced.filter(({ known }) => known === null).map(({ resource }) => resource);
  const currencies = new Set(priced.flatMap(({ known }) => known?.price.currency ?? []));
  const [currency] = currencies;
  if (missing.length > 0 || currency === undefined || currencies.size > 1) {
    return { hardware: { name, pricePerHour: null, priceSource: null }, missing };
  }
  const amounts = priced.map(({ known, quantity }) =>
    decimalString(decimal(known?.price.amount ?? '0').times(quantity)),
  );
  const sources = new Set(priced.flatMap(({ known }) => known?.source ?? []));
  return {
    hardware: {
      name,
      pricePerHour: { amount: sumDecimals(amounts), currency },
      priceSource: [...sources].join(' + '),
    },
    missing,
  };
}

const DECIMALS = 20;

/** price per hour x seconds / 3600, rounded half-even to 20 decimals. */
export function priceSeconds(pricePerHour: Money, seconds: number): Money {
  const amount = decimal(pricePerHour.amount).times(seconds).dividedBy(3600).toDecimalPlaces(DECIMALS);
  return { amount: decimalString(amount), currency: pricePerHour.currency };
}

export function computePerThousand(amount: string, predictions: number): string {
  return decimalString(decimal(amount).times(1000).dividedBy(predictions).toDecimalPlaces(DECIMALS));
}

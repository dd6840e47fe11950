import type { CurrentHolders, GpuUsage } from '../../../finops/gpu-usage/index.ts';
import type { Metering } from '../../../finops/metering/index.ts';
import type { ServingUse, VariantSpan } from '../../../mlops/gateway/index.ts';
import type { ServedVariant } from '../../../mlops/serving/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString, formatPriceText } from '../../../platform/units/index.ts';
import type { Window } from '../finder.ts';
import { collectBilledMonths } from '../savings/bill-deliveries.ts';
import { listLargerItems } from '../savings/resource-item.ts';
import type { HeldItem } from '../schema.ts';

const PLACES = 20;

export interface EndpointDeps {
  readonly store: Store;
  readonly serving: Pick<ServingUse, 'variants' | 'spans'>;
  readonly metering: Pick<Metering, 'within'>;
  readonly gpuUsage: Pick<GpuUsage, 'heldAt'>;
}

/** One variant of an endpoint over a window, hour by hour. */
export interface VariantHours {
  readonly served: ServedVariant;
  /** By hour of the window. */
  readonly hours: readonly VariantHour[];
  readonly item: HeldItem;
  /** Text of the prices behind its costs. */
  readonly prices: readonly string[];
  /** Resources without a price. */
  readonly unpriced: readonly string[];
  readonly resources: ReadonlySet<string>;
  /** Months whose bill a price was learned from. */
  readonly billedMonths: ReadonlySet<string>;
}

export interface VariantHour {
  /** Part of the hour in which replicas were counted, 0 to 1. */
  readonly measured: number;
  readonly requests: number;
  /** Replicas that answered, the mean; null: not measured. */
  readonly replicas: number | null;
}

/** Hourly use and cost of the variants of every endpoint with traffic. An hour that was measured for less than this is unknown. */
export const ENOUGH_MEASURED = 0.5;

export async function readEndpointHours(deps: EndpointDeps, window: Window): Promise<VariantHours[]> {
  const served = await deps.serving.variants(deps.store);
  const all: VariantHours[] = [];
  const holdings = served.length === 0 ? [] : await deps.gpuUsage.heldAt(window.end);
  for (const [endpoint, variants] of Map.groupBy(served, (one) => one.endpoint)) {
    const spans = await deps.serving.spans(endpoint, { ...window, unit: 'hour' });
    const usage = await deps.metering.within(deps.store, window, { endpoint, purpose: 'inference' });
    const priced = sumCostsByHour(usage, window);
    for (const variant of variants) {
      const held = listHeldGpus(holdings, variant, variants.length === 1);
      all.push(buildVariantHours(variant, spans, priced, { window, held }));
    }
  }
  return all;
}

type Metered = Awaited<ReturnType<Metering['within']>>;

interface PricedHours {
  /** Cost of a version in an hour; null where a part of it has no price. */
  readonly of: (model: string, version: string, hour: number) => Decimal | null | undefined;
  readonly currencies: ReadonlySet<string>;
  readonly prices: readonly string[];
  readonly unpriced: readonly string[];
  readonly resources: ReadonlySet<string>;
  /** Months whose bill a price was learned from. */
  readonly billedMonths: ReadonlySet<string>;
}

/** A cost falls evenly on the time of its interval. */
function sumCostsByHour(usage: Metered, window: Window): PricedHours {
  const sums = new Map<string, Decimal | null>();
  const currencies = new Set<string>();
  const prices = new Set<string>();
  const unpriced = new Set<string>();
  for (const { usage: held, metered } of usage) {
    if (metered.cost === null) unpriced.add(held.resource);
    else {
      currencies.add(metered.cost.currency);
      for (const { price, source, book } of metered.prices) {
        prices.add(`${held.resource} at ${formatPriceText(price)} an hour: ${source} (${book})`);
      }
    }
    const from = Math.max(held.start, window.start);
    for (let at = from - (from % HOUR_MS); at < Math.min(held.end, window.end); at += HOUR_MS) {
      const overlapMs = Math.min(held.end, at + HOUR_MS) - Math.max(held.start, at);
      const key = buildHourKey(held.subject.model ?? '', held.subject.modelVersion ?? '', at);
      const before = sums.get(key);
      const part = metered.cost === null ? null : computeShare(metered.cost.amount, overlapMs, held.end - held.start);
      sums.set(key, before === null || part === null ? null : (before ?? decimal(0)).plus(part));
    }
  }
  return {
    of: (model, version, hour) => sums.get(buildHourKey(model, version, hour)),
    currencies,
    prices: [...prices].toSorted(),
    unpriced: [...unpriced].toSorted(),
    resources: new Set(usage.map(({ usage: held }) => held.resource)),
    billedMonths: collectBilledMonths(usage.flatMap(({ metered }) => metered.prices)),
  };
}

function buildHourKey(model: string, version: string, hour: number): string {
  return JSON.stringify([model, version, hour]);
}

function computeShare(amount: string, partMs: number, wholeMs: number): Decimal {
  return decimal(amount).times(partMs).dividedBy(wholeMs);
}

/** GPUs that its replicas alone hold: of an endpoint of several variants, those of its version. */
function listHeldGpus(
  holdings: readonly CurrentHolders[],
  { endpoint, version }: ServedVariant,
  isOnly: boolean,
): string[] {
  const isIts = (subject: CurrentHolders['subjects'][number]) =>
    subject?.endpoint === endpoint && (isOnly || subject.modelVersion === version);
  return holdings.flatMap(({ gpu, subjects }) => (subjects.length > 0 && subjects.every(isIts) ? [gpu] : []));
}

function buildVariantHours(
  served: ServedVariant,
  spans: readonly VariantSpan[],
  priced: PricedHours,
  { window, held }: { readonly window: Window; readonly held: readonly string[] },
) {
  const byHour = Map.groupBy(spans, ({ at }) => at);
  const hours: VariantHour[] = [];
  const costs: (string | null)[] = [];
  for (let at = window.start; at < window.end; at += HOUR_MS) {
    const all = byHour.get(at) ?? [];
    const own = all.filter(({ variant }) => variant === served.variant);
    const replicaMs = own.reduce((sum, span) => sum + span.replicaMs, 0);
    const measuredMs = Math.max(0, ...own.map((span) => span.measuredMs));
    const measured = Math.min(1, measuredMs / HOUR_MS);
    const requests = own.reduce((sum, span) => sum + span.requests, 0);
    hours.push({ measured, requests, replicas: measuredMs === 0 ? null : replicaMs / measuredMs });
    costs.push(measured < ENOUGH_MEASURED ? null : sumVariantCost(own, all, priced, at));
  }
  const [currency, ...others] = [...priced.currencies];
  const item = {
    item: toEndpointItem(served),
    what: `replicas of ${served.endpoint}, variant ${served.variant}`,
    currency: currency === undefined || others.length > 0 ? null : currency,
    start: new Date(window.start).toISOString(),
    costs,
    within: listLargerItems(priced.resources),
    gpus: [...held],
  };
  const { prices, unpriced, resources, billedMonths } = priced;
  return { served, hours, item, prices, unpriced, resources, billedMonths };
}

export function toEndpointItem({ endpoint, variant }: Pick<ServedVariant, 'endpoint' | 'variant'>): string {
  return `endpoint:${endpoint}/${variant}`;
}

/** Of the versions that the variant had; variants of one version share by the time of their replicas. Null: a replica ran and nothing is metered. */
function sumVariantCost(own: readonly VariantSpan[], all: readonly VariantSpan[], priced: PricedHours, at: number) {
  let sum = decimal(0);
  for (const { model, version, replicaMs } of own) {
    const cost = priced.of(model, version, at);
    const same = all.filter((other) => other.model === model && other.version === version);
    const allMs = same.reduce((total, other) => total + other.replicaMs, 0);
    if (replicaMs === 0) continue;
    if (cost == null) return null;
    sum = sum.plus(cost.times(replicaMs).dividedBy(allMs));
  }
  return decimalString(sum.toDecimalPlaces(PLACES));
}

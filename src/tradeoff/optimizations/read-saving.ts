import type { Metering } from '../../finops/metering/index.ts';
import { ScalingSpec, type Variant } from '../../mlops/endpoint-spec/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { decimal, decimalString, type Money } from '../../platform/units/index.ts';
import type { OptimizationDeps } from './deps.ts';
import { sumTraffic } from './evidence.ts';
import { computeSaving, type SavingHour } from './saving.ts';
import type { OptimizationDetail, OptimizationSaving } from './schema.ts';
import type { StoredOptimization } from './store.ts';

export type SavingDeps = Pick<OptimizationDeps, 'serving' | 'prices' | 'store' | 'clock'> & {
  readonly metering: Pick<Metering, 'within'>;
};

const DEFAULT_TARGET = ScalingSpec.parse({}).target;

/** Saving of an optimization in its whole hours, from metered usage and prices. */
export async function readSaving(
  deps: SavingDeps,
  { shown, progress }: StoredOptimization,
): Promise<OptimizationSaving> {
  const { startedAt, endedAt, endpoint, baseline, candidate } = shown;
  const held = progress.before?.variants[baseline?.variant ?? ''];
  if (startedAt === null || baseline === null || candidate === null || held === undefined)
    return computeSaving([], EMPTY);
  const start = Math.ceil(Date.parse(startedAt) / HOUR_MS) * HOUR_MS;
  // After its end nothing measures what the baseline would have needed, and the next optimization has the endpoint.
  const until = endedAt === null ? deps.clock.now() : Date.parse(endedAt);
  const end = Math.floor(until / HOUR_MS) * HOUR_MS;
  if (end <= start) return computeSaving([], EMPTY);
  // The need of a request is measured in the first and the last part of an hour too.
  const spans = await deps.serving.armSpans(endpoint, { start: start - HOUR_MS, end: until, unit: 'hour' });
  const arms = { baseline: baseline.variant, candidate: candidate.variant };
  const traffic = sumTraffic(spans, arms);
  const requests = new Map<number, number>();
  for (const { at, requests: count } of [...traffic.baseline.spans, ...traffic.candidate.spans]) {
    requests.set(at, (requests.get(at) ?? 0) + count);
  }
  const paid = await readPaid(deps, deps.store, shown, { start, end });
  const hours = Array.from({ length: (end - start) / HOUR_MS }, (_, index): SavingHour => {
    const at = start + index * HOUR_MS;
    return { at, requests: requests.get(at) ?? 0, paid: paid.get(at) ?? null };
  });
  return computeSaving(hours, {
    busySeconds: traffic.baseline.spans.map(({ busy }) => ({
      n: busy.requests,
      sum: busy.parts.reduce((sum, { busyMs }) => sum + busyMs / 1000, 0),
    })),
    pricePerHour: await priceReplica(deps, held),
    minReplicas: held.replicas?.min ?? 1,
    utilization: held.scaling?.target ?? DEFAULT_TARGET,
  });
}

const EMPTY = { busySeconds: [], pricePerHour: null, minReplicas: 0, utilization: 1 };

async function priceReplica({ prices, store, serving }: SavingDeps, variant: Variant): Promise<Money | null> {
  const price = await prices.of(store, serving.changes.heldBy(variant));
  return price === null || price.currency === null ? null : { amount: price.amount, currency: price.currency };
}

/** Metered cost of the replicas of both arms by hour; an interval is split by time. An hour with unpriced usage has none. */
async function readPaid(
  { metering }: SavingDeps,
  sql: Sql,
  { endpoint, baseline, candidate }: OptimizationDetail,
  within: { readonly start: number; readonly end: number },
): Promise<Map<number, Money>> {
  const versions = new Set([baseline?.version, candidate?.version]);
  const models = new Set([baseline?.model, candidate?.model]);
  const sums = new Map<number, Money | null>();
  for (const { usage, metered } of await metering.within(sql, within, { endpoint, purpose: 'inference' })) {
    const { modelVersion, model } = usage.subject;
    if (candidate?.version !== null && !(versions.has(modelVersion ?? null) && models.has(model ?? null))) continue;
    for (let at = Math.floor(usage.start / HOUR_MS) * HOUR_MS; at < usage.end; at += HOUR_MS) {
      const [from, to] = [Math.max(usage.start, at, within.start), Math.min(usage.end, at + HOUR_MS, within.end)];
      if (to <= from) continue;
      const part = metered.cost === null ? null : takePart(metered.cost, to - from, usage.end - usage.start);
      const before = sums.get(at);
      sums.set(at, before === undefined ? part : addMoney(before, part));
    }
  }
  return new Map([...sums].flatMap(([at, money]) => (money === null ? [] : [[at, money] as const])));
}

function takePart({ amount, currency }: Money, part: number, whole: number): Money {
  return { amount: decimalString(decimal(amount).times(part).dividedBy(whole).toDecimalPlaces(20)), currency };
}

function addMoney(one: Money | null, other: Money | null): Money | null {
  if (one === null || other === null || one.currency !== other.currency) return null;
  return { amount: decimalString(decimal(one.amount).plus(other.amount)), currency: one.currency };
}

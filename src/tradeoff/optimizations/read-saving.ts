import type { Metering } from '../../finops/metering/index.ts';
import { ScalingSpec, type Variant } from '../../mlops/endpoint-spec/schema.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString, type Money, sumDecimals } from '../../platform/units/index.ts';
import { readCapacity } from './capacity.ts';
import type { OptimizationDeps } from './deps.ts';
import { sumTraffic } from './evidence.ts';
import { computeSaving, type SavingHour, sumSavings } from './saving.ts';
import type { OptimizationSaving } from './schema.ts';
import { listRuns, type Progress, type Run, type StoredOptimization } from './store.ts';

export type SavingDeps = Pick<OptimizationDeps, 'serving' | 'prices' | 'store' | 'clock'> & {
  readonly metering: Pick<Metering, 'within'>;
};

const DEFAULT_TARGET = ScalingSpec.parse({}).target;

/** Saving of an optimization in the whole hours of all of its runs, from metered usage and prices. */
export async function readSaving(deps: SavingDeps, stored: StoredOptimization): Promise<OptimizationSaving> {
  const runs = listRuns(stored);
  if (runs.length === 0) return computeSaving([], EMPTY);
  const savings: OptimizationSaving[] = [];
  for (const run of runs) savings.push(await readRunSaving(deps, stored, run));
  return sumSavings(savings);
}

async function readRunSaving(
  deps: SavingDeps,
  { shown: { endpoint }, progress }: StoredOptimization,
  { startedAt, endedAt, baseline, candidate, before }: Run,
): Promise<OptimizationSaving> {
  const held = before.variants[baseline.variant];
  if (held === undefined) return computeSaving([], EMPTY);
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
  const parts = await readParts(deps, { endpoint, baseline, candidate }, { start, end });
  const ratioOf = createBilledRatio(progress.bills);
  const hours = Array.from({ length: (end - start) / HOUR_MS }, (_, index): SavingHour => {
    const at = start + index * HOUR_MS;
    const own = parts.get(at) ?? [];
    const ratios = own.map((part) => ratioOf(at, part));
    const isBilled = own.length > 0 && !ratios.includes(null);
    const billedRatio = isBilled ? ratioOf(at, baseline) : null;
    const paid = own.map(({ cost }, place) => scale(cost, billedRatio === null ? null : (ratios[place] ?? null)));
    return { at, requests: requests.get(at) ?? 0, paid: sumMoney(paid), billedRatio };
  });
  const { min, max, isFixed } = readCapacity(held);
  return computeSaving(hours, {
    busySeconds: traffic.baseline.spans.map(({ busy }) => ({
      n: busy.requests,
      sum: busy.parts.reduce((sum, { busyMs }) => sum + busyMs / 1000, 0),
    })),
    pricePerHour: await priceReplica(deps, held),
    minReplicas: min,
    maxReplicas: isFixed ? min : max,
    utilization: held.scaling?.target ?? DEFAULT_TARGET,
  });
}

const EMPTY = { busySeconds: [], pricePerHour: null, minReplicas: 0, maxReplicas: 0, utilization: 1 };

async function priceReplica({ prices, store, serving }: SavingDeps, variant: Variant): Promise<Money | null> {
  const price = await prices.of(store, serving.changes.heldBy(variant));
  return price === null || price.currency === null ? null : { amount: price.amount, currency: price.currency };
}

/** Metered cost of one version in one hour; null without a price. */
interface HourPart {
  readonly model: string | null;
  readonly version: string | null;
  readonly cost: Money | null;
}

/** Metered usage of both arms by hour; an interval is split by time. */
async function readParts(
  { metering, store }: SavingDeps,
  { endpoint, baseline, candidate }: Pick<Run, 'baseline' | 'candidate'> & { readonly endpoint: string },
  within: { readonly start: number; readonly end: number },
): Promise<Map<number, HourPart[]>> {
  const versions = new Set([baseline.version, candidate.version]);
  const models = new Set([baseline.model, candidate.model]);
  const parts = new Map<number, HourPart[]>();
  for (const { usage, metered } of await metering.within(store, within, { endpoint, purpose: 'inference' })) {
    const { modelVersion: version = null, model = null } = usage.subject;
    // The stages of a cascade are several versions: all of the endpoint is paid for it.
    if (candidate.version !== null && !(versions.has(version) && models.has(model))) continue;
    for (let at = Math.floor(usage.start / HOUR_MS) * HOUR_MS; at < usage.end; at += HOUR_MS) {
      const [from, to] = [Math.max(usage.start, at, within.start), Math.min(usage.end, at + HOUR_MS, within.end)];
      if (to <= from) continue;
      const cost = metered.cost === null ? null : takePart(metered.cost, to - from, usage.end - usage.start);
      parts.set(at, [...(parts.get(at) ?? []), { model, version, cost }]);
    }
  }
  return parts;
}

/** Cost by the bill / cost by the price book of a version in the month of an hour; null where the bill does not cover its usage of the month. */
function createBilledRatio(bills: Progress['bills']) {
  return (at: number, of: { readonly model: string | null; readonly version: string | null }): Decimal | null => {
    const found = bills[new Date(at).toISOString().slice(0, 'YYYY-MM'.length)]?.find(
      ({ model, version }) => model === of.model && version === of.version,
    );
    if (found === undefined || found.metered === null || decimal(found.metered).lte(0)) return null;
    if (decimal(found.coveredHours).lt(decimal(found.hours).times(WHOLE))) return null;
    return decimal(found.reconciled).dividedBy(found.metered);
  };
}

/** Share of the metered hours from which on the bill counts as complete. */
const WHOLE = 0.999;
const PLACES = 20;

function takePart({ amount, currency }: Money, part: number, whole: number): Money {
  return { amount: decimalString(decimal(amount).times(part).dividedBy(whole).toDecimalPlaces(PLACES)), currency };
}

function scale(cost: Money | null, ratio: Decimal | null): Money | null {
  if (cost === null || ratio === null) return cost;
  return { amount: decimalString(decimal(cost.amount).times(ratio).toDecimalPlaces(PLACES)), currency: cost.currency };
}

/** Null without parts, where a part is unknown, and in several currencies. */
function sumMoney(parts: readonly (Money | null)[]): Money | null {
  const known = parts.filter((part) => part !== null);
  const [first] = known;
  if (first === undefined || known.length < parts.length) return null;
  if (known.some(({ currency }) => currency !== first.currency)) return null;
  return { amount: sumDecimals(known.map(({ amount }) => amount)), currency: first.currency };
}

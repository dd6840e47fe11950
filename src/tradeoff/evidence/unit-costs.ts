import type { MeteredUsage, Metering } from '../../finops/metering/index.ts';
import { type Prices, splitAtPrices } from '../../finops/prices/index.ts';
import type { VersionServed } from '../../mlops/gateway/index.ts';
import type { RegisteredVersion } from '../../mlops/registry/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import {
  buildBenchmarkSamples,
  computeBenchmarkCosts,
  computeDemandPerMonth,
  computeServedCosts,
  groupTraceDays,
  type MeasuredUsage,
  type ServiceSample,
  type Window,
} from '../unit-cost/index.ts';
import type { DemandTrace, ScalingBounds, UnitCost } from '../unit-cost/schema.ts';

/** Facts from serving; supplied by the wiring. */
export interface ServingFacts {
  /** Scaling policies of the variants that serve a model now. */
  bounds(sql: Sql, model: string): Promise<ScalingBounds[]>;
  /** Service times that answers of a version took at an endpoint; null with too few. */
  serviceTimes(
    sql: Sql,
    served: { endpoint: string; version: string },
    within: Window,
  ): Promise<Pick<ServiceSample, 'concurrency' | 'serviceSeconds' | 'measurements'> | null>;
  /** Requests of a model at an endpoint by the hour; `at` in Unix ms, `isWhole` where all of the hour was measured. */
  hourlyRequests(
    sql: Sql,
    served: { endpoint: string; model: string },
    within: Window,
  ): Promise<{ at: number; requests: number; isWhole: boolean }[]>;
  /** Share of the time of a version's replicas in which requests were worked on, 0 to 1; null when no replica was counted. */
  busyShare(sql: Sql, served: { endpoint: string; version: string }, within: Window): Promise<number | null>;
  /** Requests, failures and latencies of a version; null where no endpoint served it. */
  served(
    sql: Sql,
    version: { model: string; version: string },
    within: Window & { readonly withinMs: number | null },
  ): Promise<VersionServed | null>;
}

export interface UnitCostDeps {
  readonly clock: Clock;
  readonly metering: Pick<Metering, 'within'>;
  readonly prices: Pick<Prices, 'of'>;
  readonly serving: ServingFacts;
}

/** Facts of all versions of a model at one instant. */
export interface ModelFacts {
  /** Unix milliseconds. */
  readonly now: number;
  /** Of served costs: the same for every version. */
  readonly window: Window;
  readonly scaling: readonly ScalingBounds[];
  /** Predictions a month of all versions in the window; null when no endpoint served the model. */
  readonly demandPerMonth: number | null;
}

/** Served costs are those of the last seven days: whole weeks hold working days and week ends alike. */
export const WINDOW_MS = 7 * 86_400_000;

export async function gatherModelFacts(deps: UnitCostDeps, sql: Sql, model: string): Promise<ModelFacts> {
  const now = deps.clock.now();
  const window = { start: now - WINDOW_MS, end: now };
  const used = await deps.metering.within(sql, window, { model, purpose: 'inference' });
  const scaling = await deps.serving.bounds(sql, model);
  return { now, window, scaling, demandPerMonth: computeDemandPerMonth(used.map(toMeasuredUsage), window) };
}

/** Requests of the last seven days by the hour, up to the last whole hour; null when not exactly one endpoint serves the model. */
export async function readRecordedTrace(
  { serving }: Pick<UnitCostDeps, 'serving'>,
  sql: Sql,
  model: string,
  { now, scaling }: Pick<ModelFacts, 'now' | 'scaling'>,
): Promise<DemandTrace | null> {
  const [endpoint, ...others] = new Set(scaling.map((bounds) => bounds.endpoint));
  if (endpoint === undefined || others.length > 0) return null;
  const end = now - (now % HOUR_MS);
  const window = { start: end - WINDOW_MS, end };
  return { endpoint, days: groupTraceDays(await serving.hourlyRequests(sql, { endpoint, model }, window), window) };
}

/** Unit costs of a version: of its benchmarks, including those that its run recorded before registration, and of serving it. */
export async function gatherUnitCosts(
  deps: UnitCostDeps,
  sql: Sql,
  { model, version, runId }: Pick<RegisteredVersion, 'model' | 'version' | 'runId'>,
  { now, window }: Pick<ModelFacts, 'now' | 'window'>,
): Promise<{ unitCosts: UnitCost[]; priceBooks: string[]; pricesAsOf: string | null; benchmarks: ServiceSample[] }> {
  const ever = { start: 0, end: now };
  const own = await deps.metering.within(sql, ever, { model, modelVersion: version, purpose: 'inference' });
  const ofRun = runId === null ? [] : await deps.metering.within(sql, ever, { run: runId, purpose: 'inference' });
  const usage = [...new Map([...own, ...ofRun].map((one) => [one.usage.id, one])).values()];
  const measured = usage.map(toMeasuredUsage);
  const { priceNow, books, asOf } = await readPricesNow(deps, sql, { resources: collectResources(measured), now });
  const endpoints = new Set(measured.flatMap(({ endpoint }) => endpoint ?? []));
  const shares = new Map<string, number | null>();
  for (const endpoint of endpoints) {
    shares.set(endpoint, await deps.serving.busyShare(sql, { endpoint, version }, window));
  }
  const served = computeServedCosts(measured, window, {
    priceNow,
    busyShare: (endpoint) => shares.get(endpoint) ?? null,
  });
  const usedBooks = usage.flatMap(({ metered }) => metered.prices.map(({ book }) => book));
  return {
    unitCosts: [...computeBenchmarkCosts(measured, priceNow), ...served],
    priceBooks: [...books, ...usedBooks],
    pricesAsOf: asOf,
    benchmarks: buildBenchmarkSamples(measured, priceNow),
  };
}

function toMeasuredUsage({ usage, metered }: MeteredUsage): MeasuredUsage {
  const { resource, quantity, start, end, predictions, benchmark, subject, price, origin } = usage;
  return {
    ...{ resource, quantity, start, end, predictions, benchmark, origin },
    endpoint: subject.endpoint ?? null,
    cost: metered.cost,
    statedPrice: price,
  };
}

function collectResources(usage: readonly MeasuredUsage[]): Set<string> {
  return new Set(usage.map(({ resource }) => resource));
}

/** The prices that hold now, and the price books that they are from. */
async function readPricesNow(
  { prices }: Pick<UnitCostDeps, 'prices'>,
  sql: Sql,
  { resources, now }: { readonly resources: ReadonlySet<string>; readonly now: number },
) {
  const known = new Map<string, { price: UnitPrice; source: string; book: string; asOf: string | null }>();
  for (const resource of resources) {
    const booked = splitAtPrices(await prices.of(sql, resource), now, now + 1).stretches[0]?.price;
    if (booked !== undefined) known.set(resource, booked);
  }
  return {
    priceNow: (resource: string) => known.get(resource) ?? null,
    books: [...known.values()].map(({ book }) => book),
    asOf: findOldest([...known.values()].flatMap(({ asOf }) => asOf ?? [])),
  };
}

/** The earliest of some dates; null for none. */
function findOldest(dates: readonly string[]): string | null {
  const [oldest] = dates.map((date) => Date.parse(date)).toSorted((a, b) => a - b);
  return oldest === undefined ? null : new Date(oldest).toISOString();
}

type UnitPrice = NonNullable<MeasuredUsage['cost']>;

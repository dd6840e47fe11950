import type { Subject } from '../../org/schema.ts';
import type { Lake, LakeRow } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Money } from '../../platform/units/schema.ts';
import type { Holder } from '../gpu-telemetry/index.ts';
import { findSources } from '../gpu-telemetry/index.ts';
import { findOwners, type OwnerDeps } from '../gpu-usage/index.ts';
import { formatUsedPrice, type Prices, splitAtPrices, toUsedPrice } from '../prices/index.ts';
import { CONTAINER_HOUR } from './tables.ts';
import {
  buildKnownHoursSelect,
  buildPodTimesSelect,
  buildUsesSelect,
  selectPartitions,
  type Within,
} from './use-sql.ts';

export interface ContainerUseDeps extends OwnerDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly prices: Pick<Prices, 'of'>;
}

/** Hourly price of a CPU, or of a GiB of memory, at the end of the period. */
export interface PricedResource {
  readonly resource: string;
  /** Null: unknown. */
  readonly price: Money | null;
  /** Source of the price, in words; null without a price. */
  readonly source: string | null;
}

/** Requests and usage of one container of a workload over a period, all of its pods together. Null: not reported. */
export interface ContainerUse {
  readonly source: string;
  readonly namespace: string;
  /** Deployment, StatefulSet, CronJob, Pod and the like. */
  readonly workloadKind: string;
  readonly workload: string;
  readonly container: string;
  /** Number of its pods over the period, consecutive or concurrent. */
  readonly pods: number;
  /** Owner of the workload; null if unknown, with the reason. */
  readonly subject: Subject | null;
  readonly unknownOwner: string | null;
  /** Number of CPU readings, and the expected number without a gap in any pod. */
  readonly readings: number;
  readonly expectedReadings: number;
  readonly memoryReadings: number;
  /** Unix milliseconds: start of its first reading, and end of its last one. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** 95th percentile of the CPUs in use, of the pod with the highest one. */
  readonly cpusP95: number;
  /** Maximum memory in use; null: not read. */
  readonly memoryMaxBytes: number | null;
  readonly cpuRequest: number | null;
  readonly memoryRequestBytes: number | null;
  readonly gpuRequest: number | null;
  readonly cpuLimit: number | null;
  readonly memoryLimitBytes: number | null;
  /** Share of the periods with CPU throttling, 0 to 1. */
  readonly throttledRatio: number | null;
  /** Whether it was ended for memory, and the largest limit at which that was. */
  readonly wasEndedForMemory: boolean;
  readonly endedAtLimitBytes: number | null;
  readonly isAutoscaled: boolean;
  /** By hour of the time: pods that ran, a mean; null: not known. */
  readonly podsByHour: readonly (number | null)[];
  readonly cpuPrice: PricedResource;
  readonly memoryPrice: PricedResource;
}

/** Containers of all workloads that were read in [start, end) Unix ms, on whole hours, by name. */
export async function readContainerUses(deps: ContainerUseDeps, within: Within): Promise<ContainerUse[]> {
  const { store, lake } = deps;
  const partitions = selectPartitions(await lake.partitions(store, CONTAINER_HOUR), within);
  if (partitions.length === 0) return [];
  const { uses, times, known } = await lake.hold(async () => {
    const hours = await lake.relation(store, CONTAINER_HOUR, { partitions });
    return lake.session(async (session) => ({
      uses: await session.query(buildUsesSelect(hours, within)),
      times: await session.query(buildPodTimesSelect(hours, within)),
      known: await session.query(buildKnownHoursSelect(hours, within)),
    }));
  });
  const owners = await findUseOwners(deps, uses, within);
  const resources = await readResourcePrices(deps, store, within.end);
  const knownHours = new Set(known.map(({ source, hourMs }) => `${source} ${Number(hourMs)}`));
  const podMs = new Map(times.map((row) => [`${buildUseKey(row)} ${Number(row.hourMs)}`, Number(row.podMs)]));
  return uses.map((row) => {
    const which = buildUseKey(row);
    const firstHour = Math.floor((Number(row.firstMs) - 1) / HOUR_MS) * HOUR_MS;
    const podsByHour = listHours(within).map((hour) =>
      hour < firstHour || !knownHours.has(`${row.source} ${hour}`)
        ? null
        : (podMs.get(`${which} ${hour}`) ?? 0) / HOUR_MS,
    );
    const owner = owners.get(which);
    return {
      ...rowToUse(row),
      ...(resources.get(String(row.source)) ?? createUnknownSource(String(row.source))),
      ...{ subject: owner?.subject ?? null, unknownOwner: owner?.reason ?? null, podsByHour },
    };
  });
}

function listHours({ start, end }: Within): number[] {
  return Array.from({ length: Math.ceil((end - start) / HOUR_MS) }, (_, index) => start + index * HOUR_MS);
}

function buildUseKey(row: LakeRow): string {
  return JSON.stringify([row.source, row.namespace, row.workloadKind, row.workload, row.container]);
}

function rowToUse(row: LakeRow) {
  const number = (column: string) => (row[column] === null ? null : Number(row[column]));
  const [throttled, periods] = [number('throttled'), number('periods')];
  return {
    namespace: String(row.namespace),
    workloadKind: String(row.workloadKind),
    workload: String(row.workload),
    container: String(row.container),
    pods: Number(row.pods),
    readings: Number(row.readings),
    expectedReadings: Number(row.expected),
    memoryReadings: Number(row.memoryReadings),
    firstAt: Number(row.firstMs) - Number(row.stepMs),
    lastAt: Number(row.lastMs),
    cpusP95: Number(row.cpusP95),
    memoryMaxBytes: number('memoryMaxBytes'),
    cpuRequest: number('cpuRequest'),
    memoryRequestBytes: number('memoryRequestBytes'),
    gpuRequest: number('gpuRequest'),
    cpuLimit: number('cpuLimit'),
    memoryLimitBytes: number('memoryLimitBytes'),
    throttledRatio: periods === null || periods <= 0 ? null : Math.min(1, (throttled ?? 0) / periods),
    wasEndedForMemory: row.wasEndedForMemory === true,
    endedAtLimitBytes: number('endedAtLimitBytes'),
    isAutoscaled: row.isAutoscaled === true,
  };
}

/** Owners of workloads, found by the pod that was seen last as those of GPUs are. */
function findUseOwners(deps: ContainerUseDeps, uses: readonly LakeRow[], within: Within) {
  const holders = new Map(
    uses.map((row): [string, Holder] => [
      buildUseKey(row),
      {
        namespace: String(row.namespace),
        pod: String(row.lastPod),
        container: String(row.container),
        ...{ host: null, model: null, pid: null, subject: null },
      },
    ]),
  );
  return deps.usage(deps.store, within).then((usage) => findOwners(deps, deps.store, { holders, usage, within }));
}

/** Price of a CPU and of a GiB of memory, by id of the source. */
async function readResourcePrices({ prices }: Pick<ContainerUseDeps, 'prices'>, sql: Sql, at: number) {
  const found = new Map<string, { source: string; cpuPrice: PricedResource; memoryPrice: PricedResource }>();
  for (const { id, name, spec } of await findSources(sql)) {
    if (spec.type !== 'prometheus' || spec.containers === undefined) continue;
    const [cpuPrice, memoryPrice] = [
      await findPriceAt(prices, sql, spec.containers.cpu, at),
      await findPriceAt(prices, sql, spec.containers.memory, at),
    ];
    found.set(id, { source: name, cpuPrice, memoryPrice });
  }
  return found;
}

/** The price of a resource just before an instant, with its source. */
export async function findPriceAt(
  prices: Pick<Prices, 'of'>,
  sql: Sql,
  resource: string,
  at: number,
): Promise<PricedResource> {
  const held = splitAtPrices(await prices.of(sql, resource), at - 1, at).stretches[0]?.price;
  if (held === undefined) return { resource, price: null, source: null };
  return { resource, price: held.price, source: formatUsedPrice(toUsedPrice(held, resource, at)) };
}

/** For a source that is no longer queried about containers. */
const createUnknownSource = (source: string) => ({
  source: source.replace(/^gs_/, ''),
  cpuPrice: { resource: 'cpu-core', price: null, source: null },
  memoryPrice: { resource: 'memory-gib', price: null, source: null },
});

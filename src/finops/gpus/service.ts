import type { z } from 'zod';
import { literal } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Uploads } from '../../platform/uploads/index.ts';
import { appendTimeChanged, spanOf } from './changes/time-changed.ts';
import { type NodeGroup, nodeGroups } from './containers/node-groups.ts';
import { containerReport } from './containers/report.ts';
import { type ContainerUse, containerUses } from './containers/use.ts';
import { gpuHeatMap, gpuReadings } from './heat/service.ts';
import { type GpuHolding, holderOf } from './holders/holding.ts';
import { importHolders } from './holders/import.ts';
import { noteTimes } from './holders/store.ts';
import type { KnownTimeDeps } from './idle/known-time.ts';
import type { IdleQuery } from './idle/schema.ts';
import { gpuIdle } from './idle/service.ts';
import { findOwnerRules, type StoredRules } from './owner-rules/store.ts';
import { type GpuDay, gpuDays } from './owners/gpu-days.ts';
import { type GpuHeld, heldAt } from './owners/held-at.ts';
import { type GpuWork, NO_WORK } from './owners/owner.ts';
import { gpuEfficiency, gpuOutcomes, gpuOwners } from './owners/reports.ts';
import { type RunGpuDay, runGpuDays } from './owners/run-days.ts';
import { freshTimes, type OwnedDeps, ownedTimes } from './owners/service.ts';
import { packFiles } from './packing/service.ts';
import type {
  GpuEfficiency,
  GpuHeatMap,
  GpuHolders,
  GpuIdle,
  GpuImport,
  GpuOutcomes,
  GpuOwners,
  GpuPacking,
  GpuReadings,
  getGpuEfficiency,
  getGpuHeatMap,
  getGpuOutcomes,
  getGpuOwners,
  getGpuReadings,
  importGpuHolders,
  importGpuPool,
  importGpuSamples,
  listContainerUse,
  packGpus,
} from './schema.ts';
import { type ImportDeps, type ImportPlan, importReadings, type SampleFile } from './telemetry/import.ts';
import { columnOf } from './telemetry/source-file.ts';
import { newestImports } from './telemetry/store.ts';
import { GPU_STRETCH, partitionsOf } from './telemetry/tables.ts';

export interface GpuDeps extends ImportDeps, KnownTimeDeps, Omit<OwnedDeps, 'work'> {
  /** On this machine: the engine reads uploads as files. */
  readonly objects: Pick<Objects, 'localPath'>;
  readonly uploads: Pick<Uploads, 'facts' | 'keyOf' | 'discard'>;
  /** Work that writes days, one after the other. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

type SampleRequest = z.infer<typeof importGpuSamples.body>;
type PoolRequest = z.infer<typeof importGpuPool.body>;
interface SentFile {
  readonly upload: string;
  readonly name: string;
}

/** Imports readings of GPUs, and reports on them. */
export interface GpuService {
  /**
   * Imports a file, whole or not at all; the upload is removed afterwards. Imports run one at a time, because each rewrites
   * days. Errors: those of the file, `gpu_column_missing`, `gpu_samples_unusable`, `gpu_interval_unknown`.
   */
  importSamples(request: SampleRequest): Promise<GpuImport>;
  /** The same for the GPU counts of a pool. */
  importPool(request: PoolRequest): Promise<GpuImport>;
  imports(): Promise<GpuImport[]>;
  idle(query: IdleQuery): Promise<GpuIdle>;
  /** Imports holders of GPUs; one at a time, like readings. Errors: those of the file, `gpu_column_missing`, `gpu_holders_unusable`. */
  importHolders(request: z.infer<typeof importGpuHolders.body>): Promise<GpuHolders>;
  /** Records holders of GPUs: within the reported time of a GPU, only the reported holders count. */
  note(holdings: readonly GpuHolding[]): Promise<void>;
  /** Sets the source of facts about work on GPUs. */
  learnOf(work: GpuWork): void;
  /** Documents of rules for the owners of GPU time, in the order in which they are tried. */
  ownerRules(): Promise<StoredRules[]>;
  /** Holders of each GPU at an instant, Unix milliseconds, by the last report in the 15 minutes before. */
  heldAt(at: number): Promise<GpuHeld[]>;
  owners(query: z.infer<typeof getGpuOwners.query>): Promise<GpuOwners>;
  efficiency(query: z.infer<typeof getGpuEfficiency.query>): Promise<GpuEfficiency>;
  heatMap(query: z.infer<typeof getGpuHeatMap.query>): Promise<GpuHeatMap>;
  readings(query: z.infer<typeof getGpuReadings.query>): Promise<GpuReadings>;
  outcomes(query: z.infer<typeof getGpuOutcomes.query>): Promise<GpuOutcomes>;
  /** Time and cost of each GPU by owner and day, within UTC days, the second exclusive. */
  days(within: { readonly from: string; readonly to: string }): Promise<GpuDay[]>;
  /** GPU time and cost of runs by run and day, within UTC days, the second exclusive. */
  runDays(within: { readonly from: string; readonly to: string }): Promise<RunGpuDay[]>;
  /** UTC days (YYYY-MM-DD) with readings, in order. */
  readDays(sql: Sql): Promise<string[]>;
  containerReport(query: z.infer<typeof listContainerUse.query>): Promise<z.infer<typeof listContainerUse.response>>;
  /** Requests and usage of containers in [start, end) Unix ms, on whole hours, by workload. */
  containers(window: { readonly start: number; readonly end: number }): Promise<ContainerUse[]>;
  /** Nodes by cluster and type, and the nodes that could be emptied; the same window. */
  nodeGroups(window: { readonly start: number; readonly end: number }): Promise<NodeGroup[]>;
  /** Errors: those of the files, `gpu_column_missing`, `gpu_list_invalid`. */
  pack(request: z.infer<typeof packGpus.body>): Promise<GpuPacking>;
}

export function createGpuService(deps: GpuDeps): GpuService {
  const known: { work: GpuWork } = { work: NO_WORK };
  const owned = (): OwnedDeps => ({ ...deps, work: known.work });
  const times = ownedTimes(owned);
  const fileOf = async ({ upload, name }: SentFile): Promise<SampleFile> => {
    const { sha256 } = await deps.uploads.facts(upload);
    const path = await deps.objects.localPath(deps.uploads.keyOf(upload));
    if (path === null) throw new Error('uploads are kept on this machine');
    return { path, name, sha256 };
  };
  /** Removes the uploads after use, also after a failure. */
  const using = async <T>(
    sent: readonly SentFile[],
    work: (files: readonly SampleFile[]) => Promise<T>,
  ): Promise<T> => {
    try {
      return await work(await Promise.all(sent.map(fileOf)));
    } finally {
      await Promise.all(sent.map(({ upload }) => deps.uploads.discard(upload)));
    }
  };
  const imported = (request: SentFile, plan: ImportPlan) =>
    using([request], ([file]) => {
      if (file === undefined) throw new Error('there is one file for each that was sent');
      return deps.oneAtATime(() => importReadings(deps, file, plan));
    });
  return {
    importSamples: (request) => imported(request, samplePlan(request)),
    importPool: (request) => imported(request, poolPlan(request)),
    imports: () => newestImports(deps.store),
    idle: (query) => gpuIdle(deps, query),
    importHolders: ({ upload, name, ...asked }) =>
      using([{ upload, name }], ([file]) => {
        if (file === undefined) throw new Error('there is one file for each that was sent');
        return deps.oneAtATime(() => importHolders(deps, file, asked));
      }),
    async note(holdings) {
      const noted = holdings.map((holding) => ({ ...holding, holder: holderOf(holding) }));
      await deps.store.transaction(async (sql) => {
        await noteTimes(sql, noted);
        if (noted.length > 0) await appendTimeChanged(deps, sql, spanOf(noted));
      });
    },
    learnOf(work) {
      known.work = work;
    },
    ownerRules: () => findOwnerRules(deps.store),
    heldAt: (at) => heldAt(owned(), at),
    owners: (query) => gpuOwners(times, query),
    efficiency: (query) => gpuEfficiency(times, query),
    heatMap: (query) => gpuHeatMap(times, owned(), query),
    readings: (query) => gpuReadings(owned(), query),
    outcomes: (query) => gpuOutcomes(times, owned(), query),
    days: (within) => gpuDays(times, within),
    runDays: (within) => runGpuDays(freshTimes(owned), owned(), within),
    async readDays(sql) {
      const partitions = partitionsOf('utilization', await deps.lake.partitions(sql, GPU_STRETCH));
      return [...new Set(partitions.flatMap((name) => name.split(' ')[1] ?? []))].toSorted();
    },
    containerReport: (query) => containerReport({ ...owned(), clock: deps.clock }, query),
    containers: (window) => containerUses(owned(), window),
    nodeGroups: (window) => nodeGroups(deps, window),
    pack: ({ nodes, pods, plan }) =>
      using([nodes, pods], ([first, second]) => {
        if (first === undefined || second === undefined) throw new Error('there is a file for each that was sent');
        return packFiles(deps.lake, { nodes: first, pods: second }, plan);
      }),
  };
}

function samplePlan({ upload: _upload, name: _name, ...asked }: SampleRequest): ImportPlan {
  const { metric, value, time, gpu, columns, labels } = asked;
  const unit = asked.unit ?? (metric === 'utilization' ? 'percent' : 'bytes');
  const readings: ImportPlan['metrics'][number]['readings'] = (source) => ({
    gpu: columnOf(source, [gpu]),
    value,
    time,
    unit,
  });
  const namesHolders = Object.keys(columns).length > 0;
  // Left out without holders, so that a file imported before holders existed keeps its digest.
  const { columns: _columns, labels: _labels, ...others } = asked;
  return {
    ...pricing(namesHolders ? asked : others),
    metrics: [{ metric, readings }],
    holders: namesHolders ? { gpu, time, columns, labels } : null,
  };
}

function poolPlan({ upload: _upload, name: _name, ...asked }: PoolRequest): ImportPlan {
  const { pool, time, total, unallocated } = asked;
  const readings = (value: string) => () => ({ gpu: literal(pool), value, time, unit: 'gpus' as const });
  return {
    ...pricing(asked),
    holders: null,
    metrics: [
      { metric: 'poolTotal', readings: readings(total) },
      { metric: 'poolUnallocated', readings: readings(unallocated) },
    ],
  };
}

function pricing(asked: Pick<SampleRequest, 'interval' | 'price' | 'resource'>) {
  const { interval, price, resource } = asked;
  return {
    intervalMs: interval ?? null,
    price: price ?? null,
    resource: resource ?? null,
    asked: JSON.stringify(asked),
  };
}

import type { z } from 'zod';
import { quoteLiteral } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type SentFile, type UploadFilesDeps, useUploadedFiles } from '../../platform/uploads/index.ts';
import { appendTimeChanged, findTimeSpan } from './changes/time-changed.ts';
import { type GpuHolding, toHolder } from './holders/holding.ts';
import { importHolders } from './holders/import.ts';
import { saveTimes } from './holders/store.ts';
import { type ImportDeps, type ImportPlan, importReadings } from './import.ts';
import type { GpuHolders, GpuImport, importGpuHolders, importGpuPool, importGpuSamples } from './schema.ts';
import { findColumn } from './telemetry/source-file.ts';
import { findNewestImports } from './telemetry/store.ts';
import { GPU_STRETCH, selectPartitions } from './telemetry/tables.ts';

export interface GpuTelemetryDeps extends ImportDeps, UploadFilesDeps {
  /** Work that writes days, one after the other. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>;
}

type SampleRequest = z.infer<typeof importGpuSamples.body>;
type PoolRequest = z.infer<typeof importGpuPool.body>;

/** Imports readings and holders of GPUs. */
export interface GpuTelemetryService {
  /**
   * Imports a file, whole or not at all; the upload is removed afterwards. Imports run one at a time, because each rewrites
   * days. Errors: those of the file, `gpu_column_missing`, `gpu_samples_unusable`, `gpu_interval_unknown`.
   */
  importSamples(request: SampleRequest): Promise<GpuImport>;
  /** The same for the GPU counts of a pool. */
  importPool(request: PoolRequest): Promise<GpuImport>;
  imports(): Promise<GpuImport[]>;
  /** Imports holders of GPUs; one at a time, like readings. Errors: those of the file, `gpu_column_missing`, `gpu_holders_unusable`. */
  importHolders(request: z.infer<typeof importGpuHolders.body>): Promise<GpuHolders>;
  /** Records holders of GPUs: within the reported time of a GPU, only the reported holders count. */
  noteHolders(holdings: readonly GpuHolding[]): Promise<void>;
  /** UTC days (YYYY-MM-DD) with readings, in order. */
  readDays(sql: Sql): Promise<string[]>;
}

export function createGpuTelemetryService(deps: GpuTelemetryDeps): GpuTelemetryService {
  const importFile = (request: SentFile, plan: ImportPlan) =>
    useUploadedFiles(deps, [request], ([file]) => deps.oneAtATime(() => importReadings(deps, file, plan)));
  return {
    importSamples: (request) => importFile(request, samplePlan(request)),
    importPool: (request) => importFile(request, buildPoolPlan(request)),
    imports: () => findNewestImports(deps.store),
    importHolders: ({ upload, name, ...asked }) =>
      useUploadedFiles(deps, [{ upload, name }], ([file]) => deps.oneAtATime(() => importHolders(deps, file, asked))),
    async noteHolders(holdings) {
      const noted = holdings.map((holding) => ({ ...holding, holder: toHolder(holding) }));
      await deps.store.transaction(async (sql) => {
        await saveTimes(sql, noted);
        if (noted.length > 0) await appendTimeChanged(deps, sql, findTimeSpan(noted));
      });
    },
    async readDays(sql) {
      const partitions = selectPartitions('utilization', await deps.lake.partitions(sql, GPU_STRETCH));
      return [...new Set(partitions.flatMap((name) => name.split(' ')[1] ?? []))].toSorted();
    },
  };
}

function samplePlan({ upload: _upload, name: _name, ...asked }: SampleRequest): ImportPlan {
  const { metric, value, time, gpu, columns, labels } = asked;
  const unit = asked.unit ?? (metric === 'utilization' ? 'percent' : 'bytes');
  const readings: ImportPlan['metrics'][number]['readings'] = (source) => ({
    gpu: findColumn(source, [gpu]),
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

function buildPoolPlan({ upload: _upload, name: _name, ...asked }: PoolRequest): ImportPlan {
  const { pool, time, total, unallocated } = asked;
  const readings = (value: string) => () => ({ gpu: quoteLiteral(pool), value, time, unit: 'gpus' as const });
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

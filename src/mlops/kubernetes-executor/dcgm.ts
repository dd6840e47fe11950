import { z } from 'zod';
import { type GpuReader, type GpuReading, isDcgmBlank } from '../../platform/gpus/index.ts';

const ASK_MS = 10_000;
const MIB = 1024 ** 2;

/** Counters that the DCGM exporter has by default. */
const COUNTERS = {
  utilization: 'DCGM_FI_DEV_GPU_UTIL',
  active: 'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  memory: 'DCGM_FI_DEV_FB_USED',
  power: 'DCGM_FI_DEV_POWER_USAGE',
  energy: 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
} as const;

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});
export type Sample = z.infer<typeof Answer>['data']['result'][number];

/**
 * PromQL query for the GPUs of pods. If Prometheus scrapes without `honorLabels`, `exported_pod` is the pod that holds
 * the GPU and `pod` is the pod of the exporter.
 */
export function buildQuery(namespace: string, pods: readonly string[]): string {
  const [pod = ''] = pods;
  const wanted = pods.length === 1 ? `="${pod}"` : `=~"${pods.join('|')}"`;
  const names = `__name__=~"${Object.values(COUNTERS).join('|')}"`;
  // Names of Kubernetes hold nothing that a string of PromQL would take for its end.
  return ['exported_', '']
    .map((prefix) => `{${names},${prefix}namespace="${namespace}",${prefix}pod${wanted}}`)
    .join(' or ');
}

/**
 * GPUs in samples of the DCGM exporter, each GPU once for any number of series. A part of a GPU (MIG) has no
 * utilization counter and shares its power: its engine-active ratio counts, and it has no energy. Values that encode
 * "none" are null. The GPUs of several pods are numbered in the order of the pods, from 0.
 */
export function groupGpuReadings(samples: readonly Sample[], pods: readonly string[] = []): GpuReading[] {
  const byGpu = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { UUID: uuid, GPU_I_ID: part } = sample.metric;
    if (uuid === undefined) continue;
    const key = part === undefined || part === '' ? uuid : `${uuid}/${part}`;
    byGpu.set(key, [...(byGpu.get(key) ?? []), sample]);
  }
  const found = [...byGpu]
    .map(([uuid, own]) => ({ order: pods.indexOf(findHolder(own)), reading: buildGpuReading(uuid, own) }))
    .toSorted((one, other) => one.order - other.order || one.reading.index - other.reading.index)
    .map(({ reading }) => reading);
  return pods.length > 1 ? found.map((reading, index) => ({ ...reading, index })) : found;
}

/** The pod that holds the GPU of these samples, under either label. */
function findHolder([first]: readonly Sample[]): string {
  return first?.metric.exported_pod ?? first?.metric.pod ?? '';
}

function buildGpuReading(uuid: string, samples: readonly Sample[]): GpuReading {
  const value = (name: string) => {
    const found = samples.find(({ metric }) => metric.__name__ === name);
    return found === undefined ? null : parseAmount(found.value[1]);
  };
  const percent = clampToRange(value(COUNTERS.utilization), 100);
  const mebibytes = value(COUNTERS.memory);
  const millijoules = value(COUNTERS.energy);
  const isPart = uuid.includes('/');
  const [first] = samples;
  return {
    at: Math.round((first?.value[0] ?? 0) * 1000),
    uuid,
    index: Number(first?.metric.gpu ?? 0),
    model: first?.metric.modelName ?? null,
    utilizationRatio: percent === null || isPart ? clampToRange(value(COUNTERS.active), 1) : percent / 100,
    memoryBytes: mebibytes === null ? null : mebibytes * MIB,
    powerWatts: isPart ? null : value(COUNTERS.power),
    energyJoules: isPart || millijoules === null ? null : millijoules / 1000,
  };
}

function parseAmount(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 && !isDcgmBlank(value) ? value : null;
}

function clampToRange(value: number | null, most: number): number | null {
  return value !== null && value <= most ? value : null;
}

/** Reads the GPUs of pods of a namespace from a Prometheus that scrapes the DCGM exporter. */
export function createDcgm({ prometheus, namespace }: { readonly prometheus: string; readonly namespace: string }) {
  const address = `${prometheus.replace(/\/$/, '')}/api/v1/query`;
  return {
    /** `pods`: their names in the order of the nodes, as far as they are there already. */
    of: (pods: () => readonly string[]): GpuReader => ({
      source: 'dcgm',
      async read() {
        const names = pods();
        if (names.length === 0) return 'its pod does not exist yet';
        try {
          const body = new URLSearchParams({ query: buildQuery(namespace, names) });
          const answer = await fetch(address, { method: 'POST', body, signal: AbortSignal.timeout(ASK_MS) });
          if (!answer.ok) return `Prometheus answers ${answer.status}`;
          const readings = groupGpuReadings(Answer.parse(await answer.json()).data.result, names);
          return readings.length === 0 ? 'Prometheus has no GPU readings of its pod' : readings;
        } catch (error) {
          if (error instanceof z.ZodError || error instanceof SyntaxError)
            return 'the response is not a Prometheus response';
          return `Prometheus cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
        }
      },
    }),
  };
}
export type Dcgm = ReturnType<typeof createDcgm>;

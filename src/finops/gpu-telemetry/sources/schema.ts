import { z } from 'zod';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../../platform/contract/schema.ts';
import { adminOnly, SecretReference } from '../../../platform/secrets/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';
import { ResourceName } from '../../metering/schema.ts';

const DAY_MS = 86_400_000;
const DEFAULT_NOISE_RATIO = 0.01;

/** Counters of the DCGM exporter that utilization is read from, the best first. */
export const GpuSignal = z.enum(['DCGM_FI_PROF_SM_ACTIVE', 'DCGM_FI_PROF_GR_ENGINE_ACTIVE', 'DCGM_FI_DEV_GPU_UTIL']);
export type GpuSignal = z.infer<typeof GpuSignal>;

const interval = (usual: string) =>
  Duration.pipe(z.number().min(1000, 'a second at least').max(3_600_000, 'an hour at most'))
    .prefault(usual)
    .describe(`Time between readings of one GPU, which one reading speaks for. Default: ${usual}`);

const priced = {
  price: Money.optional().describe('Price of one GPU for an hour; before the price book'),
  resource: ResourceName.optional().describe('Key of the GPUs in the price book, such as gpu:H100'),
};

const noise = z
  .number()
  .min(0)
  .max(0.2)
  .default(DEFAULT_NOISE_RATIO)
  .describe('Values of SM_ACTIVE and GR_ENGINE_ACTIVE below it, 0 to 1, are noise of an idle GPU and stored as zero');

/** Matchers of PromQL, in the syntax between braces. */
const Selector = z
  .string()
  .max(1000)
  .regex(
    /^\s*[A-Za-z_]\w*\s*(=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*"(\s*,\s*[A-Za-z_]\w*\s*(=~|!~|!=|=)\s*"(?:[^"\\\n]|\\.)*")*\s*$/,
    {
      error: 'matchers of labels such as cluster="a",modelName=~".*H100.*"',
    },
  );

const HOUR_MS = 3_600_000;

const Containers = z
  .strictObject({
    interval: Duration.pipe(
      z
        .number()
        .min(1000, 'a second at least')
        .max(HOUR_MS / 4, '15 minutes at most')
        .refine((ms) => HOUR_MS % ms === 0, 'a part of an hour without a rest, such as 1m, 2m, 4m or 5m'),
    )
      .prefault('2m')
      .describe(
        'Time that one reading of a container speaks for: four times the distance of scrapes at least. Default: 2m',
      ),
    selector: Selector.optional().describe('Which series, as matchers of labels: cluster="a"'),
    cpu: ResourceName.default('cpu-core').describe('Key of a CPU in the price book, for an hour. Default: cpu-core'),
    memory: ResourceName.default('memory-gib').describe(
      'Key of a GiB of memory in the price book, for an hour. Default: memory-gib',
    ),
  })
  .describe(
    'Also read containers: their CPU and memory from cAdvisor, their requests from kube-state-metrics. Left out: not read',
  );

const PrometheusSource = z.strictObject({
  type: z.literal('prometheus').describe('Reads a Prometheus that scrapes the DCGM exporter'),
  url: z
    .url({ protocol: /^https?$/, error: 'an address that starts with http:// or https://' })
    .refine((text) => !/^\w+:\/\/[^/]*@|[?#]/.test(text), {
      error: 'an address without user, password and parameters; a token is named apart from it',
    })
    .meta(adminOnly)
    .describe('Its address, in front of /api/v1'),
  token: SecretReference.optional().describe('Secret reference of the token (Authorization: Bearer)'),
  selector: Selector.optional().describe('Which series, as matchers of labels: cluster="a",modelName=~".*H100.*"'),
  signals: z
    .array(GpuSignal)
    .min(1)
    .default(GpuSignal.options)
    .describe(
      'Permitted signals of utilization; each GPU uses its best one, SM_ACTIVE before GR_ENGINE_ACTIVE before GPU_UTIL',
    ),
  interval: interval('15s'),
  backfill: Duration.pipe(z.number().max(400 * DAY_MS, '400 days at most'))
    .prefault('7d')
    .describe('Backfill: time before the first sync that is read. Default: 7d'),
  overlap: Duration.pipe(z.number().max(DAY_MS, 'a day at most'))
    .prefault('10m')
    .describe('Time before the last reading that each sync reads again, for late readings. Default: 10m'),
  noise,
  containers: Containers.optional(),
  ...priced,
});
export type PrometheusSource = z.infer<typeof PrometheusSource>;

const PushSource = z.strictObject({
  type: z.literal('push').describe('Readings are sent: by remote write of a Prometheus, or by gpu watch'),
  interval: interval('15s'),
  noise,
  ...priced,
});

const RunSource = z.strictObject({
  type: z.literal('mlflow').describe('Reads the system metrics of runs (system/gpu_0_utilization_percentage)'),
  interval: interval('10s'),
  ...priced,
});

/** `kind: GpuSource` of `steelyard apply`. */
export const GpuSourceSpec = z
  .discriminatedUnion('type', [PrometheusSource, PushSource, RunSource])
  .describe('Source of GPU readings');
export type GpuSourceSpec = z.infer<typeof GpuSourceSpec>;

const LeftOutReadings = z
  .strictObject({
    reason: z.string().describe('Reason that they were rejected'),
    readings: z.number().int().describe('Readings, over all attempts'),
    example: z.string().describe('One of them'),
  })
  .describe('Rejected readings');

const LastError = z.strictObject({
  code: z.string().describe('Error code'),
  detail: z.string().describe('Failure, and the action to take'),
});

export const GpuSource = z
  .strictObject({
    source: z.string().describe('Name'),
    type: z
      .enum(['prometheus', 'push', 'mlflow'])
      .describe('`prometheus`: read by the server; `push`: sent to the server; `mlflow`: read from runs'),
    url: z.string().nullable().describe('Address of the Prometheus; null for other types'),
    intervalMs: z.number().int().describe('Time that one reading speaks for'),
    price: Money.nullable().describe('Price of one GPU for an hour; null when not stated'),
    resource: z.string().nullable().describe('Key of its GPUs in the price book; null when not stated'),
    state: z.enum(['never', 'ok', 'failed']).describe('failed: the last try brought nothing'),
    readUntil: UtcInstant.nullable().describe(
      'Time up to which it was read; null before the first sync, and for readings that are sent',
    ),
    lastAt: UtcInstant.nullable().describe('When readings were last received or requested'),
    readings: z
      .number()
      .int()
      .describe('Readings received since it was first applied, including repeated readings of the overlap'),
    gpus: z.number().int().describe('GPUs, and parts of GPUs, that were read within a day of its last reading'),
    signals: z
      .array(
        z
          .strictObject({
            signal: z.string().describe('Signal of the utilization'),
            gpus: z.number().int().describe('GPUs with this signal'),
          })
          .describe('One of the signals'),
      )
      .describe('Signals of the utilization of its GPUs, one for each GPU'),
    leftOut: z.array(LeftOutReadings).describe('Rejected readings, by reason'),
    lastError: LastError.nullable().describe('Failure of the last attempt; null when it succeeded'),
    containers: z
      .strictObject({
        readUntil: UtcInstant.nullable().describe('Time up to which containers were read; null before the first sync'),
        readings: z
          .number()
          .int()
          .describe('Readings of CPU and memory, over all attempts; each hour is read several times'),
        leftOut: z.array(LeftOutReadings).describe('Rejected readings, by reason'),
        lastError: LastError.nullable().describe('Failure of the last attempt; null when it succeeded'),
      })
      .nullable()
      .describe('Status of the container readings; null when containers are not read'),
  })
  .describe('A source of readings of GPUs');
export type GpuSource = z.infer<typeof GpuSource>;

export const listGpuSources = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/sources',
  scope: 'finops.read',
  summary: 'List the sources of GPU readings with their status',
  response: z.strictObject({ sources: z.array(GpuSource).describe('By name') }),
  errors: [],
});

export const syncGpuSources = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/sources/sync',
  scope: 'finops.write',
  summary: 'Sync sources of GPU readings, and write all pending readings to the lake',
  body: z.strictObject({
    source: z.string().min(1).optional().describe('Name of one source. Default: all'),
  }),
  response: z.strictObject({
    done: z.boolean().describe('`false` when more readings are pending: call again'),
    sources: z.array(GpuSource).describe('Synced sources'),
  }),
  errors: ['gpu_source_not_found', 'lake_memory_exhausted', 'storage_full'],
});

const amount = z.number().nonnegative().nullable();

/** One reading of a GPU of a machine. */
const WatchedGpu = z
  .strictObject({
    at: UtcInstant.describe('When it was read'),
    uuid: z.string().min(1).max(200).describe('UUID of the GPU'),
    model: z.string().max(200).nullable().describe('Model; null when not reported'),
    utilizationRatio: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe('Share of the time in which a kernel ran, 0 to 1; null when not reported'),
    memoryBytes: amount.describe('Memory in use, bytes; null when not reported'),
    pids: z
      .array(z.number().int().positive())
      .max(1000)
      .nullable()
      .describe('Ids of the processes that compute on it; null when not reported, empty without any'),
    work: z
      .record(z.string().regex(/^[1-9]\d*$/, 'the id of a process'), z.string().min(1).max(200))
      .optional()
      .describe('Of those that are work of this server (a step, a run under a budget, a replica): its id, by process'),
  })
  .describe('One GPU at one moment');
export type WatchedGpu = z.infer<typeof WatchedGpu>;

export const sendGpuReadings = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/sources/:source/readings',
  scope: 'finops.write',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  frequent: true,
  summary: 'Send readings of the GPUs of a machine, from nvidia-smi',
  params: z.strictObject({ source: z.string().min(1).describe('Name of a source of type push') }),
  body: z.strictObject({
    host: z.string().min(1).max(253).describe('Name of the machine'),
    gpus: z.array(WatchedGpu).min(1).max(10_000).describe('Readings'),
  }),
  response: z.strictObject({
    readings: z.number().int().describe('Readings that are durably stored'),
    leftOut: z.array(LeftOutReadings).describe('Rejected readings, by reason'),
  }),
  errors: ['gpu_source_not_found', 'gpu_source_not_sent_to', 'storage_full'],
});

import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import type { WorkUsage } from '../compute/index.ts';
import type { Cluster } from './cluster.ts';
import { MAIN } from './objects.ts';
import { parseQuantity } from './placement.ts';

/** `metrics.k8s.io/v1beta1`: mean usage of containers over a window that ends at `timestamp`. */
const PodMetrics = z.object({
  timestamp: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  window: z.string(),
  containers: z.array(z.object({ name: z.string(), usage: z.object({ cpu: z.string(), memory: z.string() }) })),
});
type PodMetrics = z.infer<typeof PodMetrics>;

/** Usage of a pod measured so far. */
export interface MeasuredUsage {
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
  /** Start and end of the measurement, Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

/**
 * Adds one measurement: average CPUs x the time since the previous one, or its own window where it is the first. A
 * repeated measurement adds nothing. Null: it lacks the command's container. Example: 500m over the 15 s since the last
 * -> 7.5 s more.
 */
export function addMetrics(
  before: MeasuredUsage | null,
  { timestamp, window, containers }: PodMetrics,
): MeasuredUsage | null {
  const main = containers.find(({ name }) => name === MAIN);
  const cpus = parseQuantity(main?.usage.cpu ?? '');
  const memoryBytes = parseQuantity(main?.usage.memory ?? '');
  if (cpus === null || memoryBytes === null || (before !== null && timestamp <= before.to)) return before;
  const from = before?.to ?? timestamp - parseWindowMs(window);
  return {
    cpuSeconds: (before?.cpuSeconds ?? 0) + (cpus * (timestamp - from)) / 1000,
    peakMemoryBytes: Math.max(memoryBytes, before?.peakMemoryBytes ?? 0),
    from: before?.from ?? from,
    to: timestamp,
  };
}

/** A duration of Go, such as `15.03s` or `1m0s`, in milliseconds. */
function parseWindowMs(text: string): number {
  const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0),
    0,
  );
}

interface MeterRequest {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Name of its pod; null: it does not exist yet. */
  readonly pod: () => string | null;
  /** When its command began, Unix milliseconds. */
  readonly start: () => number;
}

/**
 * Usage of running work from the metrics API of the cluster. A missing value is null, with the reason. Never rejects.
 */
export function createUsageMeter({ cluster, namespace, pod, start }: MeterRequest): () => Promise<WorkUsage> {
  let measured: MeasuredUsage | null = null;

  async function look(): Promise<string | null> {
    const name = pod();
    if (name === null) return 'its pod does not exist yet';
    try {
      const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods/${name}`;
      const { status, body } = await cluster.call({ method: 'GET', path });
      if (status === 200) measured = addMetrics(measured, PodMetrics.parse(body));
      // The API server answers with a text where it has no such API.
      else return body === null ? 'the cluster has no metrics API' : 'the metrics API has no figures for its pod yet';
      return null;
    } catch (error) {
      if (error instanceof z.ZodError) return 'the response of the metrics API is not valid';
      if (!(error instanceof AppError)) throw error;
      return error.code === 'executor_denied' ? 'the server may not read the metrics API' : error.message;
    }
  }

  return async () => {
    const trouble = await look();
    if (measured === null) {
      return { cpuSeconds: null, peakMemoryBytes: null, reason: trouble ?? 'there is no measurement yet' };
    }
    const { cpuSeconds, peakMemoryBytes, from } = measured;
    const missedMs = Math.max(0, from - start());
    const reason = missedMs < 1_000 ? trouble : `without its first ${Math.round(missedMs / 1000)} s`;
    return { cpuSeconds, peakMemoryBytes, reason };
  };
}

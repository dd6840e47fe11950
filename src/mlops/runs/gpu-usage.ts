import type { Sql } from '../../platform/store/index.ts';
import { findSubjectTags, formatInstant, type RunEvents, SUBJECT_TAG_PREFIX } from './run-events.ts';
import type { KeyValue, Metric, RunInfo } from './types.ts';
import { findGpuUsage, type GpuUsage, upsertGpuUsage } from './usage-store.ts';

/** Name of a GPU in MLflow's system metrics: `system/gpu_0_utilization_percentage`, also under a node's prefix. */
const GPU_METRIC = /^system\/((?:\S+\/)?gpu_\d+)_/;

/** The usage that these samples show, or null when none is about a GPU. */
export function readUsage(metrics: readonly Metric[]): GpuUsage | null {
  const samples = metrics.flatMap(({ key, timestamp }) => {
    const gpu = GPU_METRIC.exec(key)?.[1];
    return gpu === undefined ? [] : [{ gpu, timestamp }];
  });
  if (samples.length === 0) return null;
  const times = samples.map((sample) => sample.timestamp);
  return {
    gpus: listDistinct(samples.map((sample) => sample.gpu)),
    firstSample: Math.min(...times),
    lastSample: Math.max(...times),
  };
}

/** Union of two observations of one run. */
export function mergeUsage(a: GpuUsage | null, b: GpuUsage): GpuUsage {
  if (a === null) return b;
  return {
    gpus: listDistinct([...a.gpus, ...b.gpus]),
    firstSample: Math.min(a.firstSample, b.firstSample),
    lastSample: Math.max(a.lastSample, b.lastSample),
  };
}

function listDistinct(gpus: readonly string[]): string[] {
  return [...new Set(gpus)].sort();
}

/**
 * Stores the run's GPU usage and emits `run.usage_observed` when it has grown, or when a tag of its owner
 * (`steelyard.…`) has changed. Call it after samples and tags are stored, in their transaction.
 */
export async function observeUsage(
  events: RunEvents,
  sql: Sql,
  run: RunInfo,
  logged: { readonly metrics?: readonly Metric[]; readonly tags?: readonly KeyValue[] },
): Promise<void> {
  const seen = readUsage(logged.metrics ?? []);
  const retagged = (logged.tags ?? []).some((tag) => tag.key.startsWith(SUBJECT_TAG_PREFIX));
  if (seen === null && !retagged) return;
  const known = await findGpuUsage(sql, run.runId);
  const usage = seen === null ? known : mergeUsage(known, seen);
  if (usage === null) return;
  const grown = JSON.stringify(usage) !== JSON.stringify(known);
  if (grown) await upsertGpuUsage(sql, run.runId, usage);
  if (!grown && !retagged) return;
  await events.append(sql, {
    type: 'run.usage_observed',
    subject: `run:${run.runId}`,
    payload: {
      runId: run.runId,
      experimentId: String(run.experimentId),
      gpus: usage.gpus.length,
      start: formatInstant(usage.firstSample),
      end: formatInstant(usage.lastSample),
      tags: await findSubjectTags(sql, run.runId),
    },
  });
}

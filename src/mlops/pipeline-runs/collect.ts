import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { findNodeFolder, type Work } from '../compute/index.ts';
import { readTextInside } from '../pipeline-code/index.ts';
import type { CommandStep } from '../pipeline-definition/schema.ts';
import type { AttemptEnd } from './attempt.ts';
import type { DriveDeps } from './context.ts';
import { NO_OUTPUTS, type StepOutputs } from './store.ts';
import { NO_MASK } from './work-secrets.ts';

export interface CollectInput {
  readonly work: Work;
  readonly step: CommandStep;
  readonly mlflowRun: string | null;
  readonly end: AttemptEnd;
  /** Resolves when the log is stored, concurrently with the other steps. */
  readonly log: Promise<void>;
}

export interface CollectedOutputs {
  readonly outputs: StepOutputs;
  /** Final outcome of the attempt: it fails if a promised output is missing. */
  readonly verdict: Pick<AttemptEnd, 'outcome' | 'reason'>;
}

/** Maximum size of a metrics file: 16 MiB hold about 250,000 metrics. */
const MOST_METRICS_BYTES = 16 * 1024 * 1024;
const Metrics = z.record(z.string().min(1), z.number());

/** Stores the results of an attempt: its log, its metrics, and, after success, its outputs. */
export async function collect(deps: DriveDeps, collecting: CollectInput): Promise<CollectedOutputs> {
  const { work, step, end, log } = collecting;
  await log;
  const verdict = { outcome: end.outcome, reason: end.reason };
  if (end.outcome !== 'succeeded') return { outputs: NO_OUTPUTS, verdict };
  const files = await deps.trees.keep(work.workspace, step.outputs);
  const missing = step.outputs.filter(
    (path) => !files.some((file) => file.path === path || file.path.startsWith(`${path}/`)),
  );
  if (missing.length > 0) return failCollection(`its outputs are missing: ${missing.join(', ')}`);
  const problem = await logMetrics(deps, collecting);
  return problem === null ? { outputs: { files, values: {} }, verdict } : failCollection(problem);
}

function failCollection(reason: string): CollectedOutputs {
  return { outputs: NO_OUTPUTS, verdict: { outcome: 'failed', reason } };
}

/** Key of the log of an attempt on one node, among the artifacts of its run. */
export function logPath(attempt: number, node: number): string {
  return node === 0 ? `logs/attempt-${attempt}.log` : `logs/attempt-${attempt}-node-${node}.log`;
}

/** Stores the masked logs of an attempt, one for each node, among the artifacts of its run; an empty log is not stored. */
export async function keepLogs(
  deps: Pick<DriveDeps, 'runLog' | 'workSecrets'>,
  work: Pick<Work, 'id' | 'folder' | 'resources'>,
  of: KeptLogs,
): Promise<void> {
  for (let node = 0; node < (work.resources.nodes ?? 1); node += 1) await keepLog(deps, work, of, node);
}

interface KeptLogs {
  readonly mlflowRun: string | null;
  readonly attempt: number;
}

async function keepLog(
  deps: Pick<DriveDeps, 'runLog' | 'workSecrets'>,
  { id, folder }: Pick<Work, 'id' | 'folder'>,
  { mlflowRun, attempt }: KeptLogs,
  node: number,
): Promise<void> {
  const log = join(findNodeFolder(folder, node), 'output.log');
  const sizeBytes = (await stat(log).catch(() => null))?.size ?? 0;
  if (mlflowRun === null || sizeBytes === 0) return;
  const masker = deps.workSecrets.maskerOf(id) ?? NO_MASK;
  const masked = Readable.from(masker.masked(createReadStream(log)), { objectMode: false });
  await deps.runLog.keep(mlflowRun, logPath(attempt, node), masked);
}

/** Logs the numbers of the metrics file. Answers a problem with the file, one sentence, or null. */
async function logMetrics(deps: DriveDeps, { work, step, mlflowRun }: CollectInput): Promise<string | null> {
  if (step.metrics === undefined || mlflowRun === null) return null;
  const text = await readTextInside(work.workspace, step.metrics, MOST_METRICS_BYTES);
  if (text === null) return `its metrics file ${step.metrics} is missing`;
  const parsed = Metrics.safeParse(parseMetricsJson(text));
  if (!parsed.success) return `${step.metrics} must be a JSON object of numbers by name`;
  const timestamp = deps.clock.now();
  const metrics = Object.entries(parsed.data).map(([key, value]) => ({
    key,
    value,
    timestamp,
    step: 0,
    modelId: null,
    datasetName: null,
    datasetDigest: null,
  }));
  await deps.runLog.log(mlflowRun, { metrics, params: [], tags: [] });
  return null;
}

function parseMetricsJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

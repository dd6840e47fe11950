import { z } from 'zod';
import type { EndReason, WorkEnd } from '../compute/index.ts';
import { findCondition, findMainContainer, type Job, type Pod, STOPPED_BY } from './objects.ts';
import { describePending } from './waiting.ts';

/** Result that the pod's agent reports, to the server's endpoint and as the last message of the container. */
export const Result = z.object({
  exitCode: z.number().int(),
  /** Unix seconds. */
  start: z.number().int(),
  end: z.number().int(),
  cpuNanoseconds: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  oomKills: z.number().nullable(),
});
export type Result = z.infer<typeof Result>;

export interface EndedJob {
  /** State at the last check; null: it no longer exists. */
  readonly job: Job | null;
  readonly pod: Pod | null;
  readonly result: Result | null;
  /** Whether this server requested the end of the work. */
  readonly stopped: boolean;
  /** Reason why it was given up before its start. Null: it was not given up. */
  readonly givenUp: string | null;
  /** Reason why its Job was suspended while it ran. Null or omitted: it was not. */
  readonly takenBack?: string | null;
  /** Unix milliseconds. */
  readonly begunAt: number;
  readonly now: number;
}

/** End of work, from all available records. */
export function buildEnd(ended: EndedJob): WorkEnd {
  const result = ended.result ?? parsePodResult(ended.pod);
  const terminated = ended.pod === null ? null : (findMainContainer(ended.pod)?.state.terminated ?? null);
  const exitCode = result?.exitCode ?? terminated?.exitCode ?? null;
  const start = findStart(ended.pod) ?? (result === null ? ended.begunAt : result.start * 1000);
  const end = result === null ? (terminated?.finishedAt ?? ended.now) : result.end * 1000;
  return {
    ...decideReason(ended, result, exitCode),
    exitCode,
    start,
    end: Math.max(start, end),
    usage: {
      cpuSeconds: result === null || result.cpuNanoseconds === null ? null : result.cpuNanoseconds / 1e9,
      peakMemoryBytes: result?.peakMemoryBytes ?? null,
    },
  };
}

/** The moment at which the command's container began, Unix milliseconds; null before that. */
export function findStart(pod: Pod | null): number | null {
  const state = pod === null ? null : findMainContainer(pod)?.state;
  return state?.running?.startedAt ?? state?.terminated?.startedAt ?? null;
}

type Reason = Pick<WorkEnd, 'reason' | 'stoppedBy' | 'detail'>;
const buildReason = (
  reason: EndReason,
  detail: string | null = null,
  stoppedBy: WorkEnd['stoppedBy'] = null,
): Reason => ({
  reason,
  stoppedBy,
  detail,
});

function decideReason(ended: EndedJob, result: Result | null, exitCode: number | null): Reason {
  const { job, pod } = ended;
  if (ended.givenUp !== null) return buildReason('not-started', ended.givenUp);
  // Evicted work may save its state and exit with success without finishing. The eviction takes precedence over the exit code.
  const taken = ended.takenBack ?? (pod === null ? null : describeEviction(pod));
  if (taken !== null) return buildReason('evicted', taken);
  const finishedByItself = job !== null && findCondition(job, 'Complete') !== null;
  const stoppedBy = finishedByItself ? null : findStopper(ended);
  const began = result !== null || (pod !== null && findStart(pod) !== null);
  if (!began) return explainNeverStarted(ended, stoppedBy);
  if (stoppedBy !== null) return buildReason('stopped', null, stoppedBy);
  if (job === null) return buildReason('evicted', 'Its Job was deleted in Kubernetes while it ran.');
  if (isOutOfMemory(pod, result, exitCode)) {
    return buildReason('out-of-memory', 'It exceeded its memory limit on Kubernetes.');
  }
  if (exitCode === null) return buildReason('lost', 'Kubernetes deleted its pod before the exit code was recorded.');
  if (exitCode > 128 && exitCode <= 128 + 64) return buildReason('signal');
  return buildReason('exited', startError(pod));
}

function findStopper({ job, stopped }: EndedJob): WorkEnd['stoppedBy'] {
  if (stopped || job?.metadata.annotations[STOPPED_BY] !== undefined) return 'starter';
  const failed = job === null ? null : (findCondition(job, 'Failed') ?? findCondition(job, 'FailureTarget'));
  return failed?.reason === 'DeadlineExceeded' ? 'watchdog' : null;
}

function explainNeverStarted({ job, pod }: EndedJob, stoppedBy: WorkEnd['stoppedBy']): Reason {
  if (stoppedBy === 'starter') return buildReason('stopped', 'It was stopped before it started.', stoppedBy);
  const waited = describePending(job, pod);
  if (stoppedBy === 'watchdog') {
    return buildReason('not-started', `Its timeout expired before it could start. ${waited ?? ''}`.trim(), stoppedBy);
  }
  if (job === null)
    return buildReason('lost', 'Kubernetes no longer has its Job, which had not started at the last check.');
  return buildReason(
    'not-started',
    waited ?? describeAgentFailure(pod) ?? 'Kubernetes ended its pod before the command started.',
  );
}

/** Message of the agent when it could not prepare the pod. */
function describeAgentFailure(pod: Pod | null): string | null {
  const failed = pod?.status.initContainerStatuses.find(({ state }) => (state.terminated?.exitCode ?? 0) !== 0);
  const said = failed?.state.terminated?.message.trim() ?? '';
  return failed === undefined ? null : `The pod could not fetch its workspace from the server: ${said || 'no message'}`;
}

const TAKEN_REASONS: ReadonlySet<string> = new Set([
  'Evicted',
  'Preempting',
  'NodeLost',
  'NodeShutdown',
  'Shutdown',
  'Terminated',
]);

/** Reason why Kubernetes evicted the pod. Null: it was not evicted. */
function describeEviction(pod: Pod): string | null {
  const disrupted = findCondition(pod, 'DisruptionTarget');
  if (disrupted !== null) return toSentence(`Kubernetes evicted its pod (${disrupted.reason})`, disrupted.message);
  if (TAKEN_REASONS.has(pod.status.reason)) {
    return toSentence(`Kubernetes evicted its pod (${pod.status.reason})`, pod.status.message);
  }
  return null;
}

function isOutOfMemory(pod: Pod | null, result: Result | null, exitCode: number | null): boolean {
  if (exitCode === 0) return false;
  const reason = pod === null ? '' : (findMainContainer(pod)?.state.terminated?.reason ?? '');
  return reason === 'OOMKilled' || (result?.oomKills ?? 0) > 0;
}

/** Message of the container runtime where the container could not start. */
function startError(pod: Pod | null): string | null {
  const terminated = pod === null ? undefined : findMainContainer(pod)?.state.terminated;
  return terminated?.reason === 'StartError' || terminated?.reason === 'ContainerCannotRun' ? terminated.message : null;
}

/** The last message of the command's container, where the agent wrote it. */
function parsePodResult(pod: Pod | null): Result | null {
  const message = pod === null ? '' : (findMainContainer(pod)?.state.terminated?.message ?? '');
  return parseResult(message);
}

export function parseResult(text: string): Result | null {
  try {
    const parsed = Result.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not the agent's words
  }
}

const toSentence = (what: string, message: string): string => (message === '' ? `${what}.` : `${what}: ${message}`);

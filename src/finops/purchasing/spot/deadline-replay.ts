import { averageValues, computeQuantile, createSeededRandom, sortAscending } from '../../../platform/numbers/index.ts';
import { type Availability, iterateRuns, type UpRun } from './availability.ts';
import type { DeadlineAction, DeadlineJob, DeadlineState } from './deadline-policy.ts';

export type DeadlinePolicy = (job: DeadlineJob, state: DeadlineState) => DeadlineAction;

export interface DeadlineReplay {
  readonly missed: boolean;
  readonly elapsedSeconds: number;
  readonly spotSeconds: number;
  readonly onDemandSeconds: number;
}

/**
 * Replays the decisions of a policy from an instant of the history on, one at every step. An instance is paid from its
 * request on; a changeover covers the work that is lost with spot capacity. A late job runs to its end.
 */
export function replayDeadline(
  history: Availability,
  startSeconds: number,
  job: DeadlineJob,
  policy: DeadlinePolicy,
): DeadlineReplay {
  const capacity = createCapacityFinder(history, startSeconds);
  const paid = { spot: 0, 'on-demand': 0 };
  let running: DeadlineState['running'] = 'nothing';
  let savedSeconds = 0;
  let changeover = 0;
  for (let now = 0; ; now += job.stepSeconds) {
    const upUntil = capacity(now);
    if (running === 'spot' && upUntil === null) running = 'nothing';
    const state: DeadlineState = { elapsedSeconds: now, savedSeconds, spotAvailable: upUntil !== null, running };
    const action: DeadlineAction = now >= job.deadlineSeconds ? 'on-demand' : policy(job, state);
    if (action === 'wait') {
      running = 'nothing';
      continue;
    }
    if (action !== running) changeover = job.changeoverSeconds;
    running = action;
    const until = action === 'spot' ? Math.min(upUntil ?? now, now + job.stepSeconds) : now + job.stepSeconds;
    const started = Math.min(changeover, until - now);
    const worked = Math.min(until - now - started, job.workSeconds - savedSeconds);
    changeover -= started;
    savedSeconds += worked;
    const isDone = savedSeconds >= job.workSeconds;
    paid[action] += isDone ? started + worked : until - now;
    if (action === 'spot' && until < now + job.stepSeconds) running = 'nothing';
    if (isDone) {
      const elapsedSeconds = now + started + worked;
      const missed = elapsedSeconds > job.deadlineSeconds;
      return { missed, elapsedSeconds, spotSeconds: paid.spot, onDemandSeconds: paid['on-demand'] };
    }
  }
}

/** Call it with non-decreasing instants. Returns the end of the present capacity; null without capacity. */
function createCapacityFinder(history: Availability, startSeconds: number): (now: number) => number | null {
  const runs = iterateRuns(history, startSeconds);
  let run: UpRun | undefined = runs.next().value ?? undefined;
  return (now) => {
    while (run !== undefined && run.end <= now) run = runs.next().value ?? undefined;
    return run !== undefined && run.start <= now ? run.end : null;
  };
}

export interface DeadlineSummary {
  readonly starts: number;
  readonly misses: number;
  /** Cost over the on-demand cost of the work without a changeover: mean, and the range of 95 % of the starts. */
  readonly costRatio: number;
  readonly lowCostRatio: number;
  readonly highCostRatio: number;
  /** Time paid for on spot over all time paid for. */
  readonly spotShare: number;
  readonly highElapsedSeconds: number;
}

/** Instants of a history, drawn evenly by a seed. */
export function drawStarts(history: Availability, starts: number, seed: number): number[] {
  const random = createSeededRandom(seed);
  return Array.from({ length: starts }, () => Math.floor(random() * history.lengthSeconds));
}

/** `spotPriceRatio`: spot price over on-demand price. */
export function summarizeReplays(
  replays: readonly DeadlineReplay[],
  { workSeconds }: DeadlineJob,
  spotPriceRatio: number,
): DeadlineSummary {
  const costs = sortAscending(
    replays.map(({ spotSeconds, onDemandSeconds }) => (spotSeconds * spotPriceRatio + onDemandSeconds) / workSeconds),
  );
  const spot = replays.reduce((sum, { spotSeconds }) => sum + spotSeconds, 0);
  const all = replays.reduce((sum, { onDemandSeconds }) => sum + onDemandSeconds, spot);
  return {
    starts: replays.length,
    misses: replays.filter(({ missed }) => missed).length,
    costRatio: averageValues(costs) ?? 0,
    lowCostRatio: computeQuantile(costs, 0.025) ?? 0,
    highCostRatio: computeQuantile(costs, 0.975) ?? 0,
    spotShare: all === 0 ? 0 : spot / all,
    highElapsedSeconds: computeQuantile(sortAscending(replays.map(({ elapsedSeconds }) => elapsedSeconds)), 0.95) ?? 0,
  };
}

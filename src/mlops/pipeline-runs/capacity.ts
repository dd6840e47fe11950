import { SECOND_MS } from '../../platform/units/durations.ts';
import type { RunningWork } from '../compute/index.ts';
import type { CommandStep, SpotDeadline } from '../pipeline-definition/schema.ts';
import { type CapacityDecision, findCapacity } from './capacity-decision.ts';
import { type DriveDeps, type DrivenRun, requireStep } from './context.ts';
import type { DeadlineJob, DeadlineState } from './spot-deadlines.ts';
import { save } from './steps-of-run.ts';
import type { StoredStep } from './store.ts';
import { buildSubject } from './work.ts';

/** Between two decisions. */
const STEP_MS = 60_000;
/** Limit of decisions stored with the step; the ledger of decisions has all of them. */
const MOST_KEPT = 500;

/** The deadline of a step; null where it has none. */
export function selectDeadline({ resources: { spot } }: CommandStep): SpotDeadline | null {
  return typeof spot === 'boolean' ? null : spot;
}

/** Decides on which capacity the next attempt starts, where the step has a deadline. */
export async function decideBefore(deps: DriveDeps, driven: DrivenRun, key: string, step: CommandStep): Promise<void> {
  const spot = selectDeadline(step);
  const stored = requireStep(driven, key);
  // The one before was moved to it: that is decided.
  if (spot === null || findCapacity(stored, stored.attempt + 1) !== null) return;
  const state = await readDeadlineState(deps, stored, spot, { running: 'nothing', spotAvailable: true });
  const action = deps.deadlines.decide(toDeadlineJob(step, spot), state);
  await keep(deps, driven, key, { state, action, forAttempt: stored.attempt + 1, spot });
}

interface WatchedAttempt {
  readonly key: string;
  readonly step: CommandStep;
  readonly running: RunningWork;
  /** Aborted when the attempt is over, or no longer watched. */
  readonly over: AbortSignal;
}

/**
 * Decides once a minute while an attempt runs, or waits for capacity. Resolves with the reason when the attempt must
 * move to other capacity. Null: the attempt is over, or the step has no deadline.
 */
export async function awaitMove(
  deps: DriveDeps,
  driven: DrivenRun,
  { key, step, running, over }: WatchedAttempt,
): Promise<string | null> {
  const spot = selectDeadline(step);
  if (spot === null) return null;
  const here = findCapacity(requireStep(driven, key), requireStep(driven, key).attempt) ?? 'on-demand';
  let isPlaced = running.placed === undefined;
  void running.placed?.then((place) => {
    isPlaced = place !== null;
  });
  let savedBefore = Number.POSITIVE_INFINITY;
  for (;;) {
    await deps.rest(STEP_MS, over);
    if (over.aborted || driven.stop.aborted) return null;
    const stored = requireStep(driven, key);
    const on = here === 'spot' && !isPlaced ? 'nothing' : here;
    const state = await readDeadlineState(deps, stored, spot, {
      running: on,
      spotAvailable: here === 'spot' && isPlaced,
    });
    const action = deps.deadlines.decide(toDeadlineJob(step, spot), state);
    // Back to spot only right after a checkpoint: work since the last one would be lost.
    const hasSaved = state.savedSeconds > savedBefore;
    savedBefore = state.savedSeconds;
    if (over.aborted || (action === 'on-demand') === (here === 'on-demand')) continue;
    if (here === 'on-demand' && !hasSaved) continue;
    return keep(deps, driven, key, { state, action, forAttempt: stored.attempt + 1, spot });
  }
}

/** The grace period for a clean end is part of the changeover time. */
function toDeadlineJob({ grace }: CommandStep, { deadline, work, changeover }: SpotDeadline): DeadlineJob {
  return {
    workSeconds: work / SECOND_MS,
    deadlineSeconds: deadline / SECOND_MS,
    changeoverSeconds: (changeover + grace) / SECOND_MS,
    stepSeconds: STEP_MS / SECOND_MS,
  };
}

async function readDeadlineState(
  { clock, store, deadlines }: DriveDeps,
  { startedMs, mlflowRun }: StoredStep,
  { work, progress }: SpotDeadline,
  now: Pick<DeadlineState, 'running' | 'spotAvailable'>,
): Promise<DeadlineState> {
  const elapsedMs = startedMs === null ? 0 : Math.max(0, clock.now() - startedMs);
  const logged =
    progress === undefined || mlflowRun === null ? null : await deadlines.progress(store, mlflowRun, progress);
  const saved = logged === null || !Number.isFinite(logged) ? 0 : Math.min(1, Math.max(0, logged));
  return { ...now, elapsedSeconds: elapsedMs / SECOND_MS, savedSeconds: (saved * work) / SECOND_MS };
}

interface CapacityChoice {
  readonly state: DeadlineState;
  readonly action: CapacityDecision['action'];
  readonly forAttempt: number;
  readonly spot: SpotDeadline;
}

/** Stores the decision with the step and in the ledger of decisions, in one transaction. Answers the reason as text. */
async function keep(
  deps: DriveDeps,
  driven: DrivenRun,
  key: string,
  { state, action, forAttempt, spot }: CapacityChoice,
): Promise<string> {
  const { elapsedSeconds, savedSeconds, spotAvailable: isSpotThere, running } = state;
  const where = action === 'on-demand' ? 'on demand' : 'on spot capacity';
  const reason = `${where}: ${formatHours(savedSeconds)} of ${formatHours(spot.work / SECOND_MS)} saved, ${formatHours(elapsedSeconds)} of ${formatHours(spot.deadline / SECOND_MS)} elapsed${action === 'on-demand' && !isSpotThere ? ', no spot capacity' : ''}`;
  await deps.store.transaction(async (sql) => {
    const stored = requireStep(driven, key);
    const decision = await deps.deadlines.record(sql, {
      about: `pipeline:${driven.run.id}:${key}`.slice(0, 250),
      subject: buildSubject(driven, stored),
      summary: `${driven.run.pipeline} #${driven.run.number}, step ${key}, try ${forAttempt}: ${reason}`,
      evidence: { action, forAttempt, elapsedSeconds, savedSeconds, isSpotThere, running, deadline: spot },
    });
    const one = {
      ...{ atMs: deps.clock.now(), forAttempt, action, reason, elapsedSeconds, savedSeconds, isSpotThere },
      running,
      decision,
    };
    await save(deps, driven, { ...stored, capacity: [...stored.capacity, one].slice(-MOST_KEPT) }, sql);
  });
  return reason;
}

function formatHours(seconds: number): string {
  return `${(seconds / 3600).toFixed(1)} h`;
}

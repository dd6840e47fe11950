import { findSweep, type PlannedStep } from '../pipeline-definition/index.ts';
import { isGood, isOver, type RunState, type StepState } from './schema.ts';

/** Next actions of a run. */
export interface Decision {
  /** Steps whose turn it is. */
  readonly ready: readonly PlannedStep[];
  /** Steps that will never run, each with the reason. */
  readonly skipped: readonly { readonly step: PlannedStep; readonly reason: string }[];
  /** The end of the run; null while something is left. */
  readonly end: RunState | null;
}

export interface StepNow {
  readonly state: StepState;
  /** Unix milliseconds before which it must not start. Null: no delay. */
  readonly notBefore: number | null;
  /** Whether a budget refused it before it started once: no later trial of its sweep can start either. */
  readonly isRefused?: boolean;
}

/**
 * Computes the steps that can start, the steps that never will, and whether the run is over, from the states of the
 * steps alone. A step with a `when` is decided once all steps that it needs are over; one without starts when they all
 * succeeded. Of a sweep, one succeeded trial is enough, and at most `parallel` trials are started, in the order of their numbers.
 */
export function decide(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, StepNow>,
  now: number,
  stopping: boolean,
): Decision {
  const known = new Map([...states].map(([key, { state }]) => [key, state]));
  const stateOf = (key: string): StepState => known.get(key) ?? 'waiting';
  const trials = Map.groupBy(steps.filter(isTrial), ({ name }) => name);
  const sweepOf = new Map([...trials.values()].flatMap((all) => all.map(({ key }) => [key, all] as const)));
  const isRefused = ({ key }: PlannedStep) => states.get(key)?.isRefused === true;
  const refused = new Set([...trials].flatMap(([name, all]) => (all.some(isRefused) ? [name] : [])));
  const room = createRoom(trials, states, now);
  const ready: PlannedStep[] = [];
  const skipped: { step: PlannedStep; reason: string }[] = [];
  // Steps are ordered after all that they need, so a skip affects dependent steps in the same pass.
  for (const step of steps) {
    if (stateOf(step.key) !== 'waiting') continue;
    const reason = stopping ? 'the run was stopped' : findSkipReason(step, { stateOf, sweepOf, refused });
    if (reason !== null) {
      skipped.push({ step, reason });
      known.set(step.key, 'skipped');
    } else if (step.needs.every((need) => isOver(stateOf(need))) && !isDelayed(states.get(step.key), now)) {
      if (room.take(step)) ready.push(step);
    }
  }
  return {
    ready,
    skipped,
    end: steps.every(({ key }) => isOver(stateOf(key))) ? decideEndState(steps, stateOf, stopping) : null,
  };
}

const isTrial = ({ step }: PlannedStep): boolean => findSweep(step) !== null;

const isDelayed = (state: StepNow | undefined, now: number): boolean => (state?.notBefore ?? 0) > now;

/** Free places for trials. A trial that waits for its next attempt keeps its place. */
function createRoom(
  sweeps: ReadonlyMap<string, readonly PlannedStep[]>,
  states: ReadonlyMap<string, StepNow>,
  now: number,
): { take(step: PlannedStep): boolean } {
  const isHolding = ({ key }: PlannedStep) => {
    const state = states.get(key);
    return state?.state === 'running' || (state?.state === 'waiting' && isDelayed(state, now));
  };
  const held = new Map([...sweeps].map(([name, trials]) => [name, trials.filter(isHolding).length]));
  return {
    take({ name, step }) {
      const count = held.get(name);
      if (count === undefined) return true;
      if (count >= (findSweep(step)?.parallel ?? 1)) return false;
      held.set(name, count + 1);
      return true;
    },
  };
}

interface KnownStates {
  readonly stateOf: (key: string) => StepState;
  /** Trials of the sweep that a step is a trial of. */
  readonly sweepOf: ReadonlyMap<string, readonly PlannedStep[]>;
  /** Names of the sweeps of which a budget refused a trial. */
  readonly refused: ReadonlySet<string>;
}

function findSkipReason({ name, step, needs }: PlannedStep, { stateOf, sweepOf, refused }: KnownStates): string | null {
  if (refused.has(name)) return 'the budget does not cover another trial';
  if (step.when !== undefined) return null;
  const isLost = (need: string) => {
    if (!isOver(stateOf(need)) || isGood(stateOf(need))) return false;
    const trials = sweepOf.get(need) ?? [];
    return trials.every((trial) => isOver(stateOf(trial.key)) && !isGood(stateOf(trial.key)));
  };
  const bad = needs.find(isLost);
  if (bad === undefined) return null;
  const sweep = sweepOf.get(bad)?.[0];
  if (sweep !== undefined) return `no trial of ${sweep.name} succeeded`;
  return `${bad} ${{ failed: 'failed', stopped: 'was stopped' }[String(stateOf(bad))] ?? 'was skipped'}`;
}

/** A sweep with a succeeded trial has succeeded: other trials may have failed, or ended for their budget. */
function decideEndState(
  steps: readonly PlannedStep[],
  stateOf: (key: string) => StepState,
  stopping: boolean,
): RunState {
  const succeeded = new Set(steps.filter((step) => isTrial(step) && isGood(stateOf(step.key))).map(({ name }) => name));
  const states = steps.filter((step) => !isTrial(step) || !succeeded.has(step.name)).map(({ key }) => stateOf(key));
  if (stopping || states.includes('stopped')) return 'stopped';
  return states.includes('failed') ? 'failed' : 'succeeded';
}

import type { Check } from '../../../src/tradeoff/gates/schema.ts';

export type Verdict = 'promote' | 'hold' | 'reject';

/**
 * Clockwise rotation of the beam in degrees. Quality is left and cost right, so a tilt to the left means promote. Level
 * when evidence is missing.
 */
export function tiltDegrees(verdict: Verdict): number {
  return { promote: -13, hold: 0, reject: 13 }[verdict];
}

export interface SideState {
  readonly total: number;
  readonly holding: number;
  readonly failing: number;
  readonly unknown: number;
}

/** Number of checks of one side by result. */
export function sideState(checks: readonly Check[], side: Check['side']): SideState {
  const own = checks.filter((check) => check.side === side);
  const count = (holds: boolean | null) => own.filter((check) => check.holds === holds).length;
  return { total: own.length, holding: count(true), failing: count(false), unknown: count(null) };
}

/** `3 of 4 hold`, with the number of unknown checks: `2 of 4 hold, 1 unknown`. */
export function sideText(state: SideState): string {
  const missing = state.unknown === 0 ? '' : `, ${state.unknown} unknown`;
  return `${state.holding} of ${state.total} pass${missing}`;
}

/** Text alternative of the beam. */
export function beamText(verdict: Verdict, checks: readonly Check[]): string {
  const tips = { promote: 'tipped to quality', hold: 'level', reject: 'tipped to cost' }[verdict];
  const quality = sideText(sideState(checks, 'quality'));
  const cost = sideText(sideState(checks, 'cost'));
  return `Beam ${tips}: ${verdict}. Quality checks: ${quality}. Cost checks: ${cost}.`;
}

import type { CommandStep } from '../pipeline-definition/schema.ts';
import type { AttemptEnd } from './attempt.ts';
import { selectDeadline } from './capacity.ts';
import { findCapacity } from './capacity-decision.ts';
import type { StoredStep } from './store.ts';
import type { Attempt } from './taken.ts';

/** Retries of attempts that the engine took away, before that counts as a failure. */
const MAX_TAKEN_AWAY = 10;

/**
 * The retry decision: whether a failed step gets another attempt, and how many of its attempts count. An eviction is no failure, up to ten times. For a step
 * with a deadline, neither an eviction from spot capacity, which the deadline bounds, nor a move counts.
 */
export function computeNextTry(
  step: CommandStep,
  stored: Pick<StoredStep, 'attempts' | 'capacity'>,
  outcome: AttemptEnd['outcome'],
): { readonly again: boolean; readonly tries: number } {
  const isFree = ({ number, again }: Attempt) =>
    again === 'moved' || (again === 'taken' && findCapacity(stored, number) === 'spot');
  const counted = selectDeadline(step) === null ? stored.attempts : stored.attempts.filter((each) => !isFree(each));
  const takenAway = counted.filter(({ again }) => again === 'taken').length;
  // By attempts that ran: one that could not start has a number and no end.
  const tries = counted.length - takenAway;
  if (outcome === 'again') return { again: takenAway <= MAX_TAKEN_AWAY, tries };
  return { again: outcome === 'failed' && tries <= step.retries.limit, tries };
}

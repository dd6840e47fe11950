/**
 * Circuit breaker of a replica. It opens after 5 consecutive failures, for a second; each further time twice as long, at
 * most 30 s. Then one prediction is the trial. A failure is a missing answer; an error answer to bad input is not a failure.
 */
export interface Breaker {
  /** `trial`: one prediction at a time. */
  state(now: number): 'closed' | 'open' | 'trial';
  succeeded(): void;
  failed(now: number): void;
  /** Unix milliseconds until which it is left alone; 0 when it never was. */
  readonly openUntil: number;
}

const MOST_FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export function createBreaker(): Breaker {
  let failures = 0;
  let openUntil = 0;
  return {
    state(now) {
      if (failures < MOST_FAILURES) return 'closed';
      return now < openUntil ? 'open' : 'trial';
    },
    succeeded() {
      failures = 0;
    },
    failed(now) {
      failures += 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - MOST_FAILURES));
      if (failures >= MOST_FAILURES) openUntil = now + pauseMs;
    },
    get openUntil() {
      return openUntil;
    },
  };
}

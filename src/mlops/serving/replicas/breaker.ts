/**
 * Whether a replica is asked at all. After 5 failures in a row it is left alone for a second, and twice as long each further time,
 * 30 s at most; then one prediction tries it. A failure is no answer; what a model answers to bad input is none.
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

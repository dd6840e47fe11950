/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** The only source of time: `main.ts` hands the system's, tests hand one that they move. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

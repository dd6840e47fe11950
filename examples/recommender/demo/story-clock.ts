import { z } from 'zod';

/** The clock of the demo's server. It begins late, so that the hour of traffic that a proof needs fits into seconds. */
export interface StoryClock {
  /** How late it is, in milliseconds. */
  lateMs(): number;
  /** Moves the clock forward, never beyond the present, and has the jobs of the minute run; answers whether it moved. */
  forward(ms: number): Promise<boolean>;
  /** From now on it is the present. */
  catchUp(): Promise<void>;
}

/** Message to the process of the server, and its answer: how late the clock is now. */
export const ClockMessage = z.strictObject({ behindMs: z.number().min(0) });

/** The clock of a server in the parent process, which `behindMs` tells how late it is. */
export function createStoryClock(startMs: number): StoryClock {
  let behindMs = startMs;
  const move = async (next: number): Promise<boolean> => {
    const moves = next < behindMs;
    const answered = new Promise<number>((resolve) => {
      process.once('message', (message) => resolve(ClockMessage.parse(message).behindMs));
    });
    process.send?.({ behindMs: next });
    behindMs = await answered;
    return moves;
  };
  return {
    lateMs: () => behindMs,
    forward: (ms) => move(Math.max(0, behindMs - ms)),
    catchUp: async () => void (await move(0)),
  };
}

import { AppError } from '../errors/index.ts';

/** Each takes a thread of Node's pool of four, which files need as well. */
const AT_ONCE = 2;
const MOST_WAITING = 32;

/**
 * Lets two derivations of passwords run at a time, the others in order; who comes to a full queue is sent away. So guesses
 * under ever new names cannot keep the server from its work.
 */
export function createDerivations(): <T>(derive: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (derive) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MOST_WAITING) {
        throw new AppError('too_many_attempts', 'Too many log in at once. Try again in a second.', {
          retryAfterSeconds: 1,
        });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await derive();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

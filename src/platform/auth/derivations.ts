import { AppError } from '../errors/index.ts';

/** Each takes a thread of Node's pool of four, which files need as well. */
const AT_ONCE = 2;
const MOST_WAITING = 256;
const MOST_WAITING_OF_ADDRESS = 32;

export type DerivationQueue = <T>(address: string, derive: () => Promise<T>) => Promise<T>;

interface Waiting {
  start(): void;
  refuse(error: AppError): void;
}

/**
 * Runs two password derivations at a time. Addresses take turns, so that a flood from one delays the others by one derivation. An address
 * with a full queue is refused; when the whole queue is full, the last entry of the longest queue is refused in favour of a shorter one.
 * Error: `too_many_attempts`.
 */
export function createDerivations(): DerivationQueue {
  const queues = new Map<string, Waiting[]>();
  let waiting = 0;
  let running = 0;

  function enqueue(address: string, entry: Waiting): void {
    const queue = queues.get(address) ?? [];
    if (queue.length >= MOST_WAITING_OF_ADDRESS) throw createQueueFull();
    if (waiting >= MOST_WAITING) dropFromLongest(queue.length);
    queue.push(entry);
    queues.set(address, queue);
    waiting += 1;
  }

  function dropFromLongest(shorterThan: number): void {
    const longest = [...queues.values()].reduce((one, other) => (other.length > one.length ? other : one), []);
    if (longest.length <= shorterThan + 1) throw createQueueFull();
    longest.pop()?.refuse(createQueueFull());
    waiting -= 1;
  }

  /** The first entry of the address whose turn it is; the address goes to the end. */
  function takeNext(): Waiting | null {
    const [first] = queues;
    if (first === undefined) return null;
    const [address, queue] = first;
    const entry = queue.shift() ?? null;
    queues.delete(address);
    if (queue.length > 0) queues.set(address, queue);
    waiting -= 1;
    return entry;
  }

  return async (address, derive) => {
    if (running < AT_ONCE) running += 1;
    else await new Promise<void>((start, refuse) => enqueue(address, { start, refuse }));
    try {
      return await derive();
    } finally {
      const next = takeNext();
      if (next === null) running -= 1;
      else next.start();
    }
  };
}

function createQueueFull(): AppError {
  return new AppError('too_many_attempts', 'Too many concurrent logins. Retry in a second.', { retryAfterSeconds: 1 });
}

import { describe, expect, it } from 'vitest';
import { ATTEMPTS, computeBackoffMs, retryWithBackoff, runWithDeadline } from './retry.ts';

const never = new AbortController().signal;

describe('asking again', () => {
  it('waits longer each time, up to 8 seconds, never less than half of it', () => {
    for (const [attempt, full] of [
      [1, 200],
      [2, 400],
      [5, 3200],
      [7, 8000],
      [40, 8000],
    ] as const) {
      expect(computeBackoffMs(attempt)).toBeGreaterThanOrEqual(full / 2);
      expect(computeBackoffMs(attempt)).toBeLessThanOrEqual(full);
    }
  });

  it('does not repeat what repeating cannot mend', async () => {
    let asked = 0;
    const act = async () => {
      asked += 1;
      throw new Error('refused');
    };
    await expect(retryWithBackoff(act, () => false, never)).rejects.toThrow('refused');
    expect(asked).toBe(1);
    expect(ATTEMPTS).toBeGreaterThan(1);
  });

  it('ends at the deadline, while it asks and while it waits to ask again', async () => {
    const hanging = (signal: AbortSignal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    await expect(runWithDeadline(hanging, 20)).rejects.toThrow('aborted');
    let asked = 0;
    const failing = async () => {
      asked += 1;
      throw new Error('busy');
    };
    await expect(runWithDeadline((signal) => retryWithBackoff(failing, () => true, signal), 20)).rejects.toThrow(
      'busy',
    );
    // The first pause is longer than the deadline.
    expect(asked).toBe(1);
  });

  it('leaves alone what came before the deadline', async () => {
    let given: AbortSignal | undefined;
    await runWithDeadline(async (signal) => {
      given = signal;
    }, 5);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(given?.aborted).toBe(false);
  });
});

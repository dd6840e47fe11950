import { describe, expect, it } from 'vitest';
import { mapBounded } from './map-bounded.ts';

describe('bounded work', () => {
  it('does no more at once than it may, and answers in the order of the items', async () => {
    let running = 0;
    let most = 0;
    const results = await mapBounded([3, 1, 2, 0, 1], 2, async (ticks) => {
      running += 1;
      most = Math.max(most, running);
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      running -= 1;
      return ticks * 10;
    });
    expect(results).toEqual([30, 10, 20, 0, 10]);
    expect(most).toBe(2);
  });

  it('begins nothing after a failure, tells the others to stop, and throws the first', async () => {
    const begun: number[] = [];
    const stopped: number[] = [];
    const working = mapBounded([0, 1, 2, 3], 2, async (item, signal) => {
      begun.push(item);
      if (item === 0) throw new Error('first');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      stopped.push(item);
    });
    await expect(working).rejects.toThrow('first');
    expect([begun, stopped]).toEqual([[0, 1], [1]]);
  });

  it('of nothing is nothing', async () => expect(await mapBounded([], 4, async () => 1)).toEqual([]));
});

import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLoop, type Rest } from './index.ts';

function loopOver(rests: Rest[]) {
  const seen = { looks: 0, failures: [] as unknown[] };
  const loop = createLoop({
    look: async () => {
      seen.looks += 1;
      return rests.shift() ?? null;
    },
    failed: (error) => seen.failures.push(error),
    longestRestMs: 60_000,
  });
  return { loop, seen };
}

describe('a background loop', () => {
  it('looks again at once while there is work, also before it is started', async () => {
    const { loop, seen } = loopOver([0, 0, null]);
    await loop.settle();
    expect(seen.looks).toBe(3);
  });

  it('does nothing by itself until it is started', async () => {
    const { loop, seen } = loopOver([]);
    loop.wake();
    await turn();
    expect(seen.looks).toBe(0);
    loop.start();
    await turn();
    await turn();
    expect(seen.looks).toBeGreaterThan(0);
    await loop.stop();
  });

  it('looks once more when it is woken during a look', async () => {
    let looks = 0;
    const gate = Promise.withResolvers<void>();
    const loop = createLoop({
      look: async () => {
        looks += 1;
        if (looks === 1) await gate.promise;
        return null;
      },
      failed: () => undefined,
      longestRestMs: 60_000,
    });
    const first = loop.settle();
    loop.wake();
    gate.resolve();
    await first;
    expect(looks).toBe(2);
  });

  it('looks again when its rest is over', async () => {
    const second = Promise.withResolvers<void>();
    let looks = 0;
    const loop = createLoop({
      look: async () => {
        looks += 1;
        if (looks === 2) second.resolve();
        return 1;
      },
      failed: () => undefined,
      longestRestMs: 60_000,
    });
    loop.start();
    await second.promise;
    await loop.stop();
  });

  it('tells of a failed look and throws it to whoever waits for it', async () => {
    const failures: unknown[] = [];
    const loop = createLoop({
      look: async () => {
        throw new Error('no store');
      },
      failed: (error) => failures.push(error),
      longestRestMs: 60_000,
    });
    await expect(loop.settle()).rejects.toThrow('no store');
    loop.start();
    await turn();
    await turn();
    expect(failures).toHaveLength(1);
    await loop.stop();
  });

  it('ends the running look before it has stopped, and begins no other', async () => {
    const gate = Promise.withResolvers<void>();
    let looks = 0;
    const loop = createLoop({
      look: async () => {
        looks += 1;
        await gate.promise;
        return 0;
      },
      failed: () => undefined,
      longestRestMs: 60_000,
    });
    const settling = loop.settle();
    const stopping = loop.stop();
    gate.resolve();
    await Promise.all([stopping, settling]);
    loop.wake();
    await loop.settle();
    expect(looks).toBe(1);
  });
});

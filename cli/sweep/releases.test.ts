import { describe, expect, it } from 'vitest';
import { createReleases } from './releases.ts';

class Refusal extends Error {}
const isRefusal = (error: unknown): boolean => error instanceof Refusal;

describe('work that shares one limit', () => {
  it('waits for released money and begins then', async () => {
    const releases = createReleases();
    const first = Promise.withResolvers<string>();
    let isFree = false;
    let tries = 0;
    const held = releases.retryOnRelease(() => first.promise, isRefusal);
    const waiting = releases.retryOnRelease(async () => {
      tries += 1;
      if (!isFree) throw new Refusal();
      return 'begun';
    }, isRefusal);
    isFree = true;
    first.resolve('over');
    expect(await held).toBe('over');
    expect(await waiting).toBe('begun');
    expect(tries).toBe(2);
  });

  it('ends with the refusal when no other work holds money, also for all that wait', async () => {
    const releases = createReleases();
    const refused = () => releases.retryOnRelease(() => Promise.reject(new Refusal()), isRefusal);
    const ends = await Promise.allSettled([refused(), refused(), refused()]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('tries again when other work fails', async () => {
    const releases = createReleases();
    const first = Promise.withResolvers<string>();
    let tries = 0;
    const held = releases.retryOnRelease(() => first.promise, isRefusal);
    const waiting = releases.retryOnRelease(async () => {
      tries += 1;
      if (tries === 1) throw new Refusal();
      return 'begun';
    }, isRefusal);
    first.reject(new Error('failed'));
    await expect(held).rejects.toThrow('failed');
    expect(await waiting).toBe('begun');
  });
});

import { describe, expect, it } from 'vitest';
import type { Clock } from '../units/index.ts';
import { type Attempts, computeDelay } from './attempts.ts';

/** Contract of the limits of password attempts. */
export function attemptsSuite(where: string, create: (clock: Clock) => Promise<Attempts>): void {
  const start = async () => {
    const time = { now: 1_000_000 };
    const attempts = await create({ now: () => time.now });
    const begin = async (address: string, account = 'ada') => {
      try {
        return { attempt: await attempts.begin({ address, account }), waitSeconds: 0 };
      } catch (error) {
        const { retryAfterSeconds } = (error as { context: { retryAfterSeconds: number } }).context;
        return { attempt: null, waitSeconds: retryAfterSeconds };
      }
    };
    const inTurn = async <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> => {
      const results: T[] = [];
      for (let index = 0; index < count; index += 1) results.push(await work(index));
      return results;
    };
    return { time, begin, inTurn };
  };

  describe(`attempts ${where}`, () => {
    it('wait twice as long each time after five, at most five minutes, and are forgotten', async () => {
      const { time, begin, inTurn } = await start();
      const waits = await inTurn(16, async () => {
        expect((await begin('a')).attempt).not.toBeNull();
        const { attempt, waitSeconds } = await begin('a');
        await attempt?.withdraw();
        time.now += waitSeconds * 1000;
        return waitSeconds;
      });
      expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
      time.now += 16 * 60_000;
      expect([(await begin('a')).waitSeconds, (await begin('a')).waitSeconds]).toEqual([0, 0]);
    });

    it('count from their start, so that five at once are all there are', async () => {
      const { time, begin } = await start();
      const admitted = async () => {
        const begun = await Promise.all(Array.from({ length: 60 }, () => begin('a')));
        return begun.filter(({ attempt }) => attempt !== null).length;
      };
      expect(await admitted()).toBe(5);
      time.now += 1000;
      expect(await admitted()).toBe(1);
    });

    it('are forgotten by a right password, and taken back when nothing was checked', async () => {
      const { begin, inTurn } = await start();
      await inTurn(4, () => begin('a'));
      await (await begin('a')).attempt?.withdraw();
      await (await begin('a')).attempt?.succeed();
      expect(await inTurn(6, async () => (await begin('a')).waitSeconds)).toEqual([0, 0, 0, 0, 0, 1]);
    });

    it('of others delay an account, and lock no account out', async () => {
      const { time, begin, inTurn } = await start();
      await (await begin('home')).attempt?.succeed();
      const delayOf = async (address: string, account?: string) => (await begin(address, account)).attempt?.delayMs;
      const delays = await inTurn(18, (index) => delayOf(`attacker ${index}`));
      expect(delays).toEqual([...Array(10).fill(0), 250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
      expect(await delayOf('elsewhere')).toBe(5000);
      expect(await delayOf('home')).toBe(0);
      expect(await delayOf('attacker 1', 'another')).toBe(0);
      time.now += 16 * 60_000;
      expect(await delayOf('elsewhere')).toBe(0);
    });

    it('under many names delay their address', async () => {
      const { begin, inTurn } = await start();
      const delays = await inTurn(23, async (index) => (await begin('a', `name ${index}`)).attempt?.delayMs);
      expect(delays).toEqual([...Array(20).fill(0), 250, 500, 1000]);
      expect(computeDelay(1_000_000, 20)).toBe(5000);
    });
  });
}

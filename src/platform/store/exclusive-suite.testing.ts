import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Store } from './index.ts';

/** `Store.exclusively`, on two servers where the engine allows it. */
export function exclusiveTests(newPlace: () => Promise<{ open(): Promise<Store> }>): void {
  const openTwo = async () => {
    const place = await newPlace();
    const one = await place.open();
    const other = one.engine === 'sqlite' ? one : await place.open();
    const close = async () => {
      await other[Symbol.asyncDispose]();
      if (other !== one) await one[Symbol.asyncDispose]();
    };
    return { one, other, [Symbol.asyncDispose]: close };
  };

  it('runs work of one name one after the other over all servers', async () => {
    await using stores = await openTwo();
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
    };
    const callers = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? stores.one : stores.other));
    await Promise.all(callers.map((store) => store.exclusively('bill', work)));
    expect([most, running]).toEqual([1, 0]);
  });

  it('lets work of another name run meanwhile', async () => {
    await using stores = await openTwo();
    const said = await stores.one.exclusively('bill', () => stores.other.exclusively('backup', async () => 'inner'));
    expect(said).toBe('inner');
  });

  it('passes on the error of the work, and runs the next', async () => {
    await using stores = await openTwo();
    const failing = stores.one.exclusively('bill', async () => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(await stores.other.exclusively('bill', async (signal) => signal.aborted)).toBe(false);
  });
}

import { expect, it } from 'vitest';
import { createLifetime } from './index.ts';

const closing = (closed: string[], name: string, work: () => Promise<void> = async () => undefined) => ({
  [Symbol.asyncDispose]: async () => {
    closed.push(name);
    await work();
  },
});

it('closes in the opposite order, all of them, and throws the first failure', async () => {
  const closed: string[] = [];
  const lifetime = createLifetime();
  lifetime.use(closing(closed, 'first'));
  lifetime.use(closing(closed, 'second', () => Promise.reject(new Error('no'))));
  lifetime.use({ [Symbol.dispose]: () => void closed.push('third') });
  await expect(lifetime[Symbol.asyncDispose]()).rejects.toThrow('no');
  expect(closed).toEqual(['third', 'second', 'first']);
});

it('leaves those behind that hang when its time is over, and closes the others', async () => {
  const closed: string[] = [];
  const late: number[] = [];
  const lifetime = createLifetime({ limitMs: 50, late: (place) => void late.push(place) });
  const hang = () => new Promise<void>(() => undefined);
  lifetime.use(closing(closed, 'store'));
  lifetime.use(closing(closed, 'hangs', hang));
  lifetime.use(closing(closed, 'hangs, too', hang));
  const begin = performance.now();
  await lifetime[Symbol.asyncDispose]();
  expect([closed, late]).toEqual([
    ['hangs, too', 'hangs', 'store'],
    [2, 1],
  ]);
  expect(performance.now() - begin).toBeLessThan(5_000);
});

import { expect, it } from 'vitest';
import { KeptValues } from './kept-values.ts';

/** A computation that counts its calls. */
function createComputation(answer: (call: number) => Promise<unknown>) {
  let calls = 0;
  const compute = () => {
    calls += 1;
    return answer(calls);
  };
  return { compute, calls: () => calls };
}

it('computes a value once for concurrent and later callers with the same key', async () => {
  const values = new KeptValues();
  const { compute, calls } = createComputation(async (call) => ({ call }));
  const first = { call: 1 };
  expect(await Promise.all([values.use(['a', 'b'], compute), values.use(['a', 'b'], compute)])).toEqual([first, first]);
  expect(await values.use(['a', 'b'], compute)).toEqual(first);
  expect([await values.use(['ab'], compute), calls()]).toEqual([{ call: 2 }, 2]);
});

it('gives a failure to all who waited for it, and computes again afterwards', async () => {
  const values = new KeptValues();
  const { compute } = createComputation(async (call) => {
    if (call === 1) throw new Error('no space');
    return call;
  });
  const both = await Promise.allSettled([values.use(['a'], compute), values.use(['a'], compute)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await values.use(['a'], compute)).toBe(2);
});

it('does not keep a large value, and drops the values that were used longest ago', async () => {
  const values = new KeptValues();
  const { compute, calls } = createComputation(async () => 'x'.repeat(1_900_000));
  const ask = async (keys: readonly string[]) => {
    const before = calls();
    for (const key of keys) await values.use([key], compute);
    return calls() - before;
  };
  const keys = Array.from({ length: 8 }, (_, at) => `${at}`);
  expect(await ask([...keys, ...keys])).toBe(8);
  await ask(['0', 'another']);
  expect(await ask(['0', '2'])).toBe(0);
  expect(await ask(['1'])).toBe(1);
  for (const value of ['x'.repeat(4_100_000), Array(20_001).fill(0)]) {
    const large = createComputation(async () => value);
    await values.use([`${value.length}`], large.compute);
    await values.use([`${value.length}`], large.compute);
    expect(large.calls()).toBe(2);
  }
});

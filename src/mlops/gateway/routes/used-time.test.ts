import { expect, it } from 'vitest';
import { sumUsedTime } from './used-time.ts';

const held = { resource: 'machine', quantity: '1' };

it.each<[string, readonly ('used' | 'close' | 'drop' | 'second')[], readonly number[]]>([
  ['the sum after the last stage left', ['used', 'close', 'second'], [11]],
  ['the sum where the last stage leaves before the end', ['used', 'second', 'close'], [11]],
  ['the sum where the stages leave in the other order', ['second', 'close', 'used'], [11]],
  ['the time of the other stages where one was not accepted', ['used', 'drop', 'close'], [3]],
  ['nothing before the last stage left', ['used', 'close'], []],
  ['nothing of a stage that was dropped before', ['used', 'drop', 'close', 'second'], [3]],
])('reports %s', (_what, steps, reported) => {
  const seen: number[] = [];
  const sum = sumUsedTime((...parts) => void seen.push(...parts.map(({ busyMs }) => busyMs)));
  const [first, second] = [sum.addStage(), sum.addStage()];
  const run = {
    used: () => first.used({ busyMs: 3, held }),
    second: () => second.used({ busyMs: 8, held }),
    drop: () => second.drop(),
    close: () => sum.close(),
  };
  for (const step of steps) run[step]();
  expect(seen).toEqual(reported);
});

it('reports one part for each resource', () => {
  const gpu = { resource: 'gpu:A10G', quantity: '1' };
  const seen: unknown[] = [];
  const sum = sumUsedTime((...parts) => void seen.push(parts));
  for (const [busyMs, by] of [
    [3, held],
    [8, gpu],
    [1, held],
  ] as const) {
    sum.addStage().used({ busyMs, held: by });
  }
  sum.close();
  expect(seen).toEqual([
    [
      { busyMs: 4, held },
      { busyMs: 8, held: gpu },
    ],
  ]);
});

import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testApplication } from '../../../testing/application.ts';
import { type GpuHolding, type HolderTime, toHolder } from './holding.ts';
import { replaceTimes } from './replace-times.ts';
import { findHoldersById, findTimesWithin, saveTimes } from './store.ts';

const time = (holder: string, start: number, end: number): HolderTime => ({ holder, start, end });

describe('what is told of who held a GPU', () => {
  it.each([
    [
      'stands alone within its time',
      [time('A', 0, 10)],
      [time('B', 4, 6)],
      [time('A', 0, 4), time('B', 4, 6), time('A', 6, 10)],
    ],
    ['makes one of times that touch', [time('A', 0, 10)], [time('A', 10, 20)], [time('A', 0, 20)]],
    ['changes nothing when it is known', [time('A', 0, 10)], [time('A', 2, 8)], [time('A', 0, 10)]],
    ['has several holders at once', [], [time('A', 0, 10), time('B', 5, 10)], [time('A', 0, 10), time('B', 5, 10)]],
    ['leaves other times as they are', [time('A', 0, 2)], [time('B', 5, 6)], [time('A', 0, 2), time('B', 5, 6)]],
  ])('%s', (_, known, told, expected) => {
    expect(replaceTimes(known, told)).toEqual(expected);
  });

  it('is what is told at each instant that it tells of, and what was known at all others', () => {
    const span = fc.record({
      holder: fc.constantFrom('A', 'B', 'C'),
      start: fc.integer({ min: 0, max: 30 }),
      length: fc.integer({ min: 1, max: 12 }),
    });
    const spans = fc.array(
      span.map(({ holder, start, length }) => time(holder, start, start + length)),
      { maxLength: 8 },
    );
    const at = (times: readonly HolderTime[], instant: number) =>
      [
        ...new Set(times.filter(({ start, end }) => start <= instant && instant < end).map(({ holder }) => holder)),
      ].sort();
    fc.assert(
      fc.property(spans, spans, (known, told) => {
        const found = replaceTimes(known, told);
        for (let instant = 0; instant < 45; instant += 1) {
          const said = at(told, instant);
          expect(at(found, instant)).toEqual(said.length > 0 ? said : at(known, instant));
        }
        expect(replaceTimes(found, told)).toEqual(found);
      }),
    );
  });

  it('is kept by GPU, also when it comes a quarter of a minute at a time', async () => {
    const application = await testApplication();
    onTestFinished(() => application[Symbol.asyncDispose]());
    const { store } = application;
    const holding = (gpu: string, pod: string | null, start: number, end: number): GpuHolding => ({
      ...{ gpu, pod, start, end, host: 'h', model: 'H100', namespace: pod === null ? null : 'ml' },
      ...{ container: null, pid: null },
    });
    const note = (...holdings: GpuHolding[]) =>
      store.transaction((sql) =>
        saveTimes(
          sql,
          holdings.map((one) => ({ ...one, holder: toHolder(one) })),
        ),
      );
    for (let at = 0; at < 600; at += 15)
      await note(holding('a', 'train', at, at + 15), holding('b', null, at, at + 15));
    await note(holding('a', 'other', 100, 200), holding('a', 'empty', 50, 50));
    const times = await findTimesWithin(store, { start: 0, end: 1000 });
    const holders = await findHoldersById(
      store,
      times.map(({ holder }) => holder),
    );
    expect(times.map(({ gpu, start, end, holder }) => [gpu, start, end, holders.get(holder)?.pod])).toEqual([
      ['a', 0, 100, 'train'],
      ['a', 100, 200, 'other'],
      ['a', 200, 600, 'train'],
      ['b', 0, 600, null],
    ]);
    expect(await findTimesWithin(store, { start: 600, end: 1000 })).toEqual([]);
    expect(await findTimesWithin(store, { start: 0, end: 1000 }, 'b')).toHaveLength(1);
  });
});

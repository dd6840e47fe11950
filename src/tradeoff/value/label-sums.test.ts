import { expect, it } from 'vitest';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { LabelSource } from './label-sources.ts';
import { type LabelDaySum, type LabelSelection, rememberLabelSums } from './label-sums.ts';

const source = (model: string): LabelSource => ({
  ...{ model, name: model, from: null, withinDays: 30, share: 1 },
  labels: { currency: 'EUR', worth: [{ amount: '1' }] },
});
const day = (at: number): LabelDaySum => ({
  ...{ key: '1', day: new Date(at * DAY_MS).toISOString().slice(0, 10), predictions: 1, labelled: 1 },
  ...{ outcomes: 1, leftOut: 0, total: '1', squares: 1 },
});

it('reads the days of an answer once, and again for another model, other fields, other days and parts of days', async () => {
  const reads: string[] = [];
  const sum = rememberLabelSums(async ({ model }, { field, start, end }) => {
    reads.push(`${model} ${field} ${start / DAY_MS}-${end / DAY_MS}`);
    return [10, 11, 12].filter((at) => at * DAY_MS >= start && at * DAY_MS < end).map(day);
  });
  const ask = async (model: string, field: LabelSelection['field'], from: number, to: number) =>
    (await sum(source(model), { field, start: from * DAY_MS, end: to * DAY_MS })).map((one) => one.day.slice(-2));
  expect(await ask('a', 'version', 10, 13)).toEqual(['11', '12', '13']);
  expect(await ask('a', 'version', 11, 12)).toEqual(['12']);
  expect(await ask('a', 'version', 10, 13)).toEqual(['11', '12', '13']);
  expect(reads).toEqual(['a version 10-13']);
  await ask('a', 'version', 10.5, 12);
  await ask('b', 'version', 11, 12);
  await ask('a', 'feature', 11, 12);
  await ask('a', 'version', 9, 12);
  expect(reads.slice(1)).toEqual(['a version 10.5-12', 'b version 11-12', 'a feature 11-12', 'a version 9-12']);
});

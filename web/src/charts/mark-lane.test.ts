import { expect, it } from 'vitest';
import { placeMarks } from './mark-lane.ts';

const mark = (index: number, short?: string) => ({
  index,
  label: `at ${index}`,
  ...(short === undefined ? {} : { short }),
});

it('names each mark beside the plot, and merges those that would overlap', () => {
  expect(placeMarks([mark(21, 'relevance'), mark(2, 'v5'), mark(20, 'v7')], 30)).toEqual([
    { index: 2, text: 'v5', side: 'right' },
    { index: 20, text: 'v7, relevance', side: 'right' },
  ]);
});

it('counts further names, repeats none, and keeps late names inside of the chart', () => {
  const marks = [mark(29, 'v7'), mark(29, 'v7'), mark(29, 'a'), mark(29, 'b'), mark(29)];
  expect(placeMarks(marks, 30)).toEqual([{ index: 29, text: 'v7, a +1', side: 'left' }]);
});

it('keeps the place of a mark without a name', () => {
  expect(placeMarks([mark(3)], 30)).toEqual([{ index: 3, text: '', side: 'right' }]);
});

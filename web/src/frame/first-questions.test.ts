import { expect, it } from 'vitest';
import { findShownMonth } from './first-questions.ts';

const MONTHS = ['2026-10', '2026-11', '2026-12'];

it.each([
  ['the newest month has a whole day', MONTHS, { month: '2026-12', through: '2026-12-01' }, '2026-12'],
  ['the newest month has no whole day', MONTHS, { month: '2026-12', through: null }, '2026-11'],
  ['the only month has no whole day', ['2026-12'], { month: '2026-12', through: null }, '2026-12'],
  ['the days are unknown', MONTHS, undefined, '2026-12'],
  ['there is no bill', [], undefined, undefined],
])('shows a month of which shares and changes can be read, where %s', (_name, months, newest, shown) =>
  expect(findShownMonth(months, newest)).toBe(shown),
);

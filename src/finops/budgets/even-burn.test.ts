import { expect, it } from 'vitest';
import { projectSpend } from './even-burn.ts';

const DAY = 86_400_000;
const month = { start: 0, end: 30 * DAY };

it.each([
  ['300', 10 * DAY, '900'],
  ['0', 10 * DAY, '0'],
  ['1', 7 * DAY, '4.285714'],
  [null, 10 * DAY, null],
  ['300', 0, null],
  ['300', DAY / 2, null],
  ['300', 30 * DAY, null],
])('%s spent after %i ms of 30 days burns evenly to %s', (spent, now, expected) => {
  expect(projectSpend(spent, month, now)).toBe(expected);
});

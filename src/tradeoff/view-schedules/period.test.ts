import { expect, it } from 'vitest';
import { choosePeriod, writePeriod } from './period.ts';

const billed = { month: '2026-11', through: '2026-11-18' };
const range = (from: string, to = from) => ({ from, to });

it.each([
  ['', 'day', range('2026-11-01', '2026-11-18'), range('2026-10-01', '2026-10-18')],
  ['', 'week', range('2026-11-09', '2026-11-15'), range('2026-11-02', '2026-11-08')],
  ['', 'month', range('2026-10'), range('2026-09')],
  ['compare=lastYear', 'month', range('2026-10'), range('2025-10')],
  ['period=2026-10', 'day', range('2026-10'), range('2026-09')],
  ['from=2026-10-05&to=2026-10-06', 'week', range('2026-10-05', '2026-10-06'), range('2026-10-03', '2026-10-04')],
  ['period=2026-11&compare=sameDays', 'day', range('2026-11-01', '2026-11-18'), range('2026-10-01', '2026-10-18')],
  ['compare=custom&beforeFrom=2026-01&beforeTo=2026-01', 'month', range('2026-10'), range('2026-01')],
  ['period=all', 'day', null, null],
] as const)('of "%s" each %s', (search, every, period, compared) => {
  expect(choosePeriod(new URLSearchParams(search), every, '2026-11-20', billed)).toEqual({ period, compared });
});

it.each([
  [null, range('2026-10'), range('2026-09')],
  ['2026-11-30', range('2026-11'), range('2026-10')],
])('has whole months where the bills reach %s', (through, period, compared) => {
  const chosen = choosePeriod(new URLSearchParams(), 'day', '2026-12-01', { month: '2026-11', through });
  expect(chosen).toEqual({ period, compared });
});

it('writes its dates into the address of the page', () => {
  const search = new URLSearchParams('by=team&period=2026-11&compare=before');
  writePeriod(search, { period: range('2026-10'), compared: range('2026-09') });
  expect(search.toString()).toBe('by=team&from=2026-10&to=2026-10&compare=custom&beforeFrom=2026-09&beforeTo=2026-09');
});

import { expect, it } from 'vitest';
import { comparePaybacks, formatPayback, formatPaybackRange } from './payback-text.ts';

it('names a reached payback by its day, and a projected one as an estimate with its range', () => {
  expect(formatPayback({ state: 'paid_back', date: '2026-11-03' })).toBe('3 Nov 2026');
  const projected = { state: 'projected', date: '2026-12-04', earliest: '2026-12-01', latest: null } as const;
  expect(formatPayback(projected)).toBe('about 4 Dec 2026');
  expect(formatPaybackRange(projected)).toBe('1 Dec 2026 to open');
  expect(formatPayback({ state: 'unknown', date: null })).toBeNull();
});

it('sorts by date, and a missing date last', () => {
  const sorted = [{ date: null }, { date: '2026-12-04' }, { date: '2026-11-03' }].toSorted(comparePaybacks);
  expect(sorted.map(({ date }) => date)).toEqual(['2026-11-03', '2026-12-04', null]);
});

import { expect, it } from 'vitest';
import { listSlots, slotLabel, slotSearch } from './slots.ts';

it('keeps a credit that this bill gives for a day of another month, and a row without a date', () => {
  const rows = [{ day: '2026-10-20' }, { day: null }, { day: '2026-11-02' }];
  expect(listSlots(['2026-11-01', '2026-11-02'], rows, 'day')).toEqual(['', '2026-10-20', '2026-11-01', '2026-11-02']);
});

it('names slots', () => {
  expect(['', '2026-11', '2026-11-03'].map(slotLabel)).toEqual(['no date', 'November 2026', '3 Nov']);
  expect(slotLabel('2026-W45')).toBe('week of 2 Nov');
});

it('leads from a day to its rows and from a month to the month', () => {
  expect(slotSearch('day', '2026-11-03')).toEqual({ filter: ['day=2026-11-03'] });
  expect(slotSearch('month', '2026-11')).toEqual({ filter: [], period: '2026-11' });
});

import { describe, expect, it } from 'vitest';
import { chanceText, findLastDay, overText, probabilityText, rowName, subjectName } from './words.ts';

describe('the words of forecasts', () => {
  it('name what is forecast, and what nobody has', () => {
    expect(subjectName({ level: 'total', key: null })).toBe('everything');
    expect(subjectName({ level: 'team', key: null })).toBe('unallocated cost');
    expect(rowName({ level: 'project', key: 'search/' })).toBe('search/(no project)');
    expect(rowName({ level: 'model', key: null })).toBe('no model');
  });

  it('never say 0 or 100 % of what may go either way', () => {
    expect([0, 0.002, 0.83, 0.996, 1].map(probabilityText)).toEqual([
      '0\u00a0%',
      'under 1\u00a0%',
      '83\u00a0%',
      'over 99\u00a0%',
      '100\u00a0%',
    ]);
  });

  it('say how probable it is to exceed a budget, and when at the earliest', () => {
    const days = { limit: '100', overRatio: 0, day: '2026-11-30', firstDay: '2026-11-29', lastDay: '2026-11-30' };
    const none = { ...days, day: null, firstDay: null, lastDay: null };
    expect(chanceText({ ...days, probability: 0.05 })).toBe('5\u00a0% chance to exceed, earliest about 29 Nov');
    expect(chanceText({ ...days, probability: 0.83 })).toBe(
      '83\u00a0% chance to exceed, about 30 Nov (29 Nov to 30 Nov)',
    );
    expect(chanceText({ ...none, probability: 0.02 })).toBe('2\u00a0% chance to exceed');
    expect(chanceText({ ...none, probability: 0 })).toBe('under 1\u00a0% chance to exceed');
  });

  it('say over and under, and on', () => {
    expect([0.04, -0.12, 0].map(overText)).toEqual(['4\u00a0% over', '12\u00a0% under', 'on']);
  });

  it('end a window with its last day', () => {
    expect(findLastDay({ window: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' } })).toBe('2026-11-30');
  });
});

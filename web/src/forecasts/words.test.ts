import { describe, expect, it } from 'vitest';
import { findLastDay, overText, probabilityText, rowName, subjectName } from './words.ts';

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

  it('say over and under, and on', () => {
    expect([0.04, -0.12, 0].map(overText)).toEqual(['4\u00a0% over', '12\u00a0% under', 'on']);
  });

  it('end a window with its last day', () => {
    expect(findLastDay({ window: { start: '2026-11-01T00:00:00Z', end: '2026-12-01T00:00:00Z' } })).toBe('2026-11-30');
  });
});

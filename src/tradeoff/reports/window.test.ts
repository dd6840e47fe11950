import { describe, expect, it } from 'vitest';
import { IsoWeek } from './schema.ts';
import { computeSendTime, findLastComplete, findWindow, findWindowBefore, parseMonth, parseWeek } from './window.ts';

const at = (text: string) => Date.parse(text);
const show = ({ name, start, end }: ReturnType<typeof parseWeek>) =>
  [name, ...[start, end].map((one) => new Date(one).toISOString().slice(0, 10))].join(' ');

describe('windows of reports', () => {
  it('are ISO weeks from Monday and calendar months', () => {
    expect(show(parseWeek('2026-W47'))).toBe('2026-W47 2026-11-16 2026-11-23');
    expect(show(parseWeek('2026-W53'))).toBe('2026-W53 2026-12-28 2027-01-04');
    expect(show(parseMonth('2026-12'))).toBe('2026-12 2026-12-01 2027-01-01');
  });

  it('contain their instants, also over the turn of a year', () => {
    expect(findWindow('weekly', at('2027-01-03T23:59:59Z')).name).toBe('2026-W53');
    expect(findWindow('weekly', at('2024-12-30T00:00:00Z')).name).toBe('2025-W01');
    for (let day = at('2024-12-20T05:00:00Z'); day < at('2028-01-10T00:00:00Z'); day += 86_400_000) {
      const { name, start, end } = findWindow('weekly', day);
      expect(start <= day && day < end, name).toBe(true);
      expect(parseWeek(name)).toEqual({ name, start, end });
      expect(IsoWeek.safeParse(name).success, name).toBe(true);
    }
  });

  it('are followed by their report at six on the next day', () => {
    const window = findLastComplete('weekly', at('2026-11-30T05:00:00Z'));
    expect(window.name).toBe('2026-W48');
    expect(new Date(computeSendTime(window)).toISOString()).toBe('2026-11-30T06:00:00.000Z');
    expect(findWindowBefore('monthly', parseMonth('2026-01')).name).toBe('2025-12');
  });

  it('refuse a week that the year does not have', () => {
    expect(IsoWeek.safeParse('2025-W53').success).toBe(false);
    expect(IsoWeek.safeParse('2026-W54').success).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findWindowAt, listWindowsWithin, type Recurrence } from './window.ts';

const recurrence = (period: Recurrence['period'], timeZone = 'UTC'): Recurrence => ({
  period,
  timeZone,
  from: null,
  until: null,
});
const at = Date.parse;
const shown = (window: { start: number; end: number } | null) =>
  window === null ? null : [window.start, window.end].map((instant) => new Date(instant).toISOString().slice(0, 16));

describe('the window of a budget', () => {
  it.each([
    ['day', 'UTC', '2026-11-10T12:00:00Z', ['2026-11-10T00:00', '2026-11-11T00:00']],
    ['week', 'UTC', '2026-11-01T12:00:00Z', ['2026-10-26T00:00', '2026-11-02T00:00']],
    ['month', 'UTC', '2026-11-30T23:59:59Z', ['2026-11-01T00:00', '2026-12-01T00:00']],
    ['month', 'Europe/Berlin', '2026-03-31T22:30:00Z', ['2026-03-31T22:00', '2026-04-30T22:00']],
    ['month', 'Europe/Berlin', '2026-03-31T21:59:59Z', ['2026-02-28T23:00', '2026-03-31T22:00']],
    ['quarter', 'UTC', '2026-11-30T23:59:59Z', ['2026-10-01T00:00', '2027-01-01T00:00']],
    ['quarter', 'Asia/Tokyo', '2026-12-31T15:00:00Z', ['2026-12-31T15:00', '2027-03-31T15:00']],
    ['year', 'America/New_York', '2026-01-01T04:59:59Z', ['2025-01-01T05:00', '2026-01-01T05:00']],
    ['day', 'America/Sao_Paulo', '2018-11-04T12:00:00Z', ['2018-11-04T03:00', '2018-11-05T02:00']],
  ] as const)('of a %s in %s that holds %s', (period, timeZone, instant, expected) => {
    expect(shown(findWindowAt(recurrence(period, timeZone), at(instant)))).toEqual(expected);
  });

  it.each([
    ['2026-03-29', 23],
    ['2026-10-25', 25],
  ])('of the day %s, on which Berlin moves its clocks, has %i hours', (day, hours) => {
    const window = findWindowAt(recurrence('day', 'Europe/Berlin'), at(`${day}T12:00:00Z`));
    expect(((window?.end ?? 0) - (window?.start ?? 0)) / 3_600_000).toBe(hours);
  });

  it('of a budget that is given once is its only one', () => {
    const once = { ...recurrence('once'), from: at('2026-11-01T00:00:00Z'), until: at('2026-12-01T00:00:00Z') };
    expect(findWindowAt(once, at('2026-10-31T23:59:59Z'))).toBeNull();
    expect(shown(findWindowAt(once, at('2026-11-01T00:00:00Z')))).toEqual(['2026-11-01T00:00', '2026-12-01T00:00']);
    expect(findWindowAt(once, at('2026-12-01T00:00:00Z'))).toBeNull();
    expect(listWindowsWithin(once, at('2026-10-01T00:00:00Z'), at('2027-01-01T00:00:00Z'))).toHaveLength(1);
    expect(listWindowsWithin(once, at('2026-12-01T00:00:00Z'), at('2027-01-01T00:00:00Z'))).toEqual([]);
  });

  it('holds its instant, and touches the next without a gap, in every zone', () => {
    const anyRecurrence = fc.record({
      period: fc.constantFrom('day', 'week', 'month', 'quarter', 'year' as const),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Asia/Kathmandu'),
    });
    const instant = fc.integer({ min: at('1990-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(anyRecurrence, instant, ({ period, timeZone }, now) => {
        const window = findWindowAt(recurrence(period, timeZone), now);
        if (window === null) throw new Error('none');
        expect(window.start).toBeLessThanOrEqual(now);
        expect(window.end).toBeGreaterThan(now);
        expect(findWindowAt(recurrence(period, timeZone), window.end)?.start).toBe(window.end);
        expect(findWindowAt(recurrence(period, timeZone), window.end - 1)).toEqual(window);
      }),
    );
  });
});

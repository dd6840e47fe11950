import { describe, expect, it } from 'vitest';
import { decimal, decimalString, monthPeriod, Period, sumDecimals, UtcInstant } from './index.ts';

describe('a decimal', () => {
  it.each([
    ['1.50000', '1.5'],
    ['-0.000', '0'],
    ['1e-18', '0.000000000000000001'],
    ['123456789012345678.12345678901234567890', '123456789012345678.1234567890123456789'],
  ])('%s is written %s', (text, shown) => expect(decimalString(text)).toBe(shown));

  it('adds without rounding where floats do not', () => {
    expect(sumDecimals(['0.1', '0.2', '-0.3'])).toBe('0');
    expect(sumDecimals([])).toBe('0');
    expect(decimal('0.1').times('0.2').toFixed()).toBe('0.02');
  });
});

describe('an instant', () => {
  it.each(['2026-02-28T23:59:59Z', '2024-02-29T00:00:00.123456789Z'])('may be %s', (text) =>
    expect(UtcInstant.safeParse(text).success).toBe(true),
  );
  it.each([
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01',
    '2026-01-01T00:00:00+01:00',
  ])('may not be %s', (text) => expect(UtcInstant.safeParse(text).success).toBe(false));
});

describe('a period', () => {
  it('of a month ends where the next begins, over the year', () => {
    expect(monthPeriod('2026-12')).toEqual({ start: '2026-12-01T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' });
  });
  it('has an end after its start', () => {
    const at = '2026-01-01T00:00:00Z';
    expect(Period.safeParse({ start: at, end: at }).success).toBe(false);
  });
});

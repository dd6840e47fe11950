import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../numbers/index.ts';
import {
  decimal,
  decimalString,
  formatAmountDigits,
  formatDayText,
  formatInstantText,
  formatMoneyText,
  formatMonthText,
  formatPriceText,
  formatRangeText,
  groupThousands,
  Period,
  sumDecimals,
  toMonthPeriod,
  UtcInstant,
} from './index.ts';

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

describe('an amount in a sentence', () => {
  it.each([
    ['10095.746135970111076990354', '$10,095.75'],
    ['45000', '$45,000'],
    ['45000.00', '$45,000'],
    ['1000000.5', '$1,000,000.50'],
    ['0.9183', '$0.9183'],
    ['0.5', '$0.50'],
    ['0.99996', '$1.00'],
    ['0.0007871', '$0.000787'],
    ['0.000000359', 'under $0.000001'],
    ['-1212.06', '-$1,212.06'],
    ['-0', '$0'],
    ['0', '$0'],
    ['99999999999999999999999999.999', '$100,000,000,000,000,000,000,000,000.00'],
  ])('%s is written %s', (amount, text) => expect(formatMoneyText({ amount, currency: 'USD' })).toBe(text));

  it('has the code of a currency without a symbol before it', () => {
    expect(formatMoneyText({ amount: '1234.5', currency: 'CHF' })).toBe('CHF 1,234.50');
    expect(formatMoneyText({ amount: '-3', currency: 'EUR' })).toBe('-€3');
  });

  it.each([
    ['1.006', '$1.006'],
    ['61.5', '$61.50'],
    ['3600', '$3,600'],
    ['0.000012345', '$0.000012345'],
  ])('keeps the digits of a price of %s', (amount, text) => {
    expect(formatPriceText({ amount, currency: 'USD' })).toBe(text);
  });

  it('never has more than six decimals', () => {
    const random = createSeededRandom(7);
    for (let draw = 0; draw < 500; draw += 1) {
      const digits = formatAmountDigits(decimal(random()).times(decimal(10).pow(Math.floor(random() * 24) - 12)));
      expect(digits).toMatch(/^(under 0\.000001|\d{1,3}(,\d{3})*\.\d{2,6})$/);
    }
  });

  it('groups digits by thousands and changes none', () => {
    expect(['0', '999', '1000', '57600000000', '-1234567.1234567'].map(groupThousands)).toEqual([
      '0',
      '999',
      '1,000',
      '57,600,000,000',
      '-1,234,567.1234567',
    ]);
  });
});

describe('an instant', () => {
  it('may end in +00:00, as Python writes UTC, and is kept with Z', () => {
    expect(UtcInstant.parse('2026-11-01T10:00:00.123456+00:00')).toBe('2026-11-01T10:00:00.123456Z');
    expect(UtcInstant.safeParse('2026-02-30T00:00:00+00:00').success).toBe(false);
  });

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
    expect(toMonthPeriod('2026-12')).toEqual({ start: '2026-12-01T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' });
  });
  it('has an end after its start', () => {
    const at = '2026-01-01T00:00:00Z';
    expect(Period.safeParse({ start: at, end: at }).success).toBe(false);
  });
});

describe('a time in a sentence', () => {
  it('is written in UTC', () => {
    expect(formatMonthText('2026-11')).toBe('November 2026');
    expect(formatDayText('2026-11-03')).toBe('3 Nov 2026');
    expect(formatInstantText('2026-11-17T23:59:59.999Z')).toBe('17 Nov 2026, 23:59 UTC');
    expect(formatInstantText(Date.UTC(2026, 10, 3, 6))).toBe('3 Nov 2026, 06:00 UTC');
  });

  it.each([
    ['2026-11-16', '2026-11-22', '16 to 22 Nov 2026'],
    ['2026-10-26', '2026-11-01', '26 Oct to 1 Nov 2026'],
    ['2026-12-28', '2027-01-03', '28 Dec 2026 to 3 Jan 2027'],
    ['2026-11-16', '2026-11-16', '16 Nov 2026'],
    ['2026-09', '2026-11', 'September to November 2026'],
    ['2026-12', '2027-01', 'December 2026 to January 2027'],
  ])('from %s to %s is %s', (from, to, text) => expect(formatRangeText(from, to)).toBe(text));
});

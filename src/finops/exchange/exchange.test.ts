import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import { createConversion } from './conversion.ts';
import { parseEcbRates } from './ecb-csv.ts';
import { findRate, type RateTable } from './rate-book.ts';
import { formatRate } from './schema.ts';

const ECB_FILE = `Date,USD,JPY,GBP,
2026-11-27,1.0544,161.52,0.8329,
2026-11-26,1.0500,N/A,0.8300,
2026-11-20,1.2500,160,0.8000,
`;
const ecb: RateTable = { base: 'EUR', source: 'ECB', days: parseEcbRates('eurofxref-hist.csv', ECB_FILE) };

describe('the history of the ECB', () => {
  it('is read by day, oldest first, without the currencies that a day does not have', () => {
    expect(ecb.days).toEqual([
      { date: '2026-11-20', rates: { USD: '1.25', JPY: '160', GBP: '0.8' } },
      { date: '2026-11-26', rates: { USD: '1.05', GBP: '0.83' } },
      { date: '2026-11-27', rates: { USD: '1.0544', JPY: '161.52', GBP: '0.8329' } },
    ]);
    expect(parseEcbRates('f', '\uFEFFDate,USD\r\n2026-11-27,1.05\r\n')).toEqual([
      { date: '2026-11-27', rates: { USD: '1.05' } },
    ]);
  });

  it.each([
    ['nothing', '', 'line 1: the header'],
    ['another file', 'BilledCost,BillingCurrency\n1,USD\n', 'line 1: the header'],
    ['no day', 'Date,USD\n', 'no day with rates'],
    ['a date that is none', 'Date,USD\n2026-02-30,1\n', 'line 2: "2026-02-30" is no day'],
    ['a date of another form', 'Date,USD\n27/11/2026,1\n', 'line 2: "27/11/2026" is no day'],
    ['a day twice', 'Date,USD\n2026-11-27,1\n2026-11-27,2\n', 'line 3: 2026-11-27 comes twice'],
    ['a currency twice', 'Date,USD,USD\n2026-11-27,1,1\n', 'two columns'],
    ['a truncated line', 'Date,USD,JPY\n2026-11-27,1\n', 'line 2: 1 rates, where the header has 2'],
    ['no number', 'Date,USD\n2026-11-27,1e3\n', 'line 2: column USD: "1e3" is no rate'],
    ['a rate of zero', 'Date,USD\n2026-11-27,0.0\n', 'line 2: column USD: "0.0" is no rate'],
    ['a negative rate', 'Date,USD\n2026-11-27,-1\n', 'line 2: column USD: "-1" is no rate'],
  ])('is refused with %s', (_, text, detail) => {
    expect(() => parseEcbRates('rates.csv', text)).toThrow(detail);
  });
});

describe('the rate of a day', () => {
  const rateOf = (from: string, to: string, day: string, tables: readonly RateTable[] = [ecb]) => {
    const found = findRate(tables, from, to, day);
    return found === null ? null : [decimalString(found.rate), found.date];
  };

  it('is the one that was published on it, and crosses through the base', () => {
    expect(rateOf('EUR', 'USD', '2026-11-20')).toEqual(['1.25', '2026-11-20']);
    expect(rateOf('USD', 'EUR', '2026-11-20')).toEqual(['0.8', '2026-11-20']);
    expect(rateOf('USD', 'GBP', '2026-11-20')).toEqual(['0.64', '2026-11-20']);
  });

  it('is that of the last day before it with one, at most seven days back', () => {
    expect(rateOf('EUR', 'USD', '2026-11-29')).toEqual(['1.0544', '2026-11-27']);
    expect(rateOf('EUR', 'USD', '2026-12-04')).toEqual(['1.0544', '2026-11-27']);
    expect(rateOf('EUR', 'USD', '2026-12-05')).toBeNull();
    expect(rateOf('EUR', 'USD', '2026-11-19')).toBeNull();
    expect(rateOf('EUR', 'JPY', '2026-11-26')).toEqual(['160', '2026-11-20']);
    expect(rateOf('EUR', 'CHF', '2026-11-26')).toBeNull();
  });

  it('is that of the first table that has both currencies', () => {
    const days = [{ date: '2026-11-25', rates: { EUR: '0.9', CREDITS: '100' } }];
    const own: RateTable = { base: 'USD', source: 'treasury', days };
    expect(rateOf('USD', 'EUR', '2026-11-27', [own, ecb])).toEqual(['0.9', '2026-11-25']);
    expect(rateOf('CREDITS', 'USD', '2026-11-27', [own, ecb])).toEqual(['0.01', '2026-11-25']);
    expect(rateOf('GBP', 'USD', '2026-11-20', [own, ecb])).toEqual(['1.5625', '2026-11-20']);
  });
});

describe('a rate in a sentence', () => {
  it.each([
    ['0.8', '0.8'],
    ['161.52', '161.52'],
    ['0.86213466678966123456', 'about 0.86213467'],
    ['0.00000012345678901234', 'about 0.00000012345679'],
    ['25482.33333333333333333333', 'about 25482.333'],
  ])('%s is shown as %s', (rate, shown) => {
    expect(formatRate(rate)).toBe(shown);
  });
});

describe('a conversion', () => {
  it('keeps the rates that it used with their days, and counts what has none', () => {
    const conversion = createConversion([ecb], 'EUR');
    const converted = [
      { day: '2026-11-20', currency: 'USD', amount: '10' },
      { day: '2026-11-22', currency: 'USD', amount: '5' },
      { day: '2026-11-22', currency: 'EUR', amount: '7' },
      { day: '2026-11-10', currency: 'USD', amount: '3' },
      { day: '2026-11-22', currency: 'CHF', amount: '4' },
      { day: '2026-11-23', currency: 'CHF', amount: '4.5' },
    ].map((amount) => conversion.convert(amount)?.toFixed() ?? null);
    expect(converted).toEqual(['8', '4', '7', null, null, null]);
    expect(conversion.rates()).toEqual([
      { currency: 'USD', rate: '0.8', date: '2026-11-20', source: 'ECB', from: '2026-11-20', to: '2026-11-22' },
    ]);
    expect(conversion.leftOut()).toEqual([
      { currency: 'CHF', amount: '8.5', days: 2, from: '2026-11-22', to: '2026-11-23' },
      { currency: 'USD', amount: '3', days: 1, from: '2026-11-10', to: '2026-11-10' },
    ]);
  });

  it('of any parts sums to that of their sum, to the last decimal', () => {
    const amount = fc
      .bigInt(-(10n ** 20n), 10n ** 20n)
      .map((units) => decimal(String(units)).dividedBy('1e12').toFixed());
    fc.assert(
      fc.property(fc.array(amount, { minLength: 1, maxLength: 20 }), (amounts) => {
        const conversion = createConversion([ecb], 'GBP');
        const parts = amounts.map((each) => conversion.convert({ day: '2026-11-27', currency: 'USD', amount: each }));
        const whole = conversion.convert({ day: '2026-11-27', currency: 'USD', amount: sumDecimals(amounts) });
        expect(sumDecimals(parts.map((part) => part?.toFixed() ?? ''))).toBe(decimalString(whole ?? '-1'));
      }),
      { numRuns: 50 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { axisMoney, exactMoney, formatAbout, formatMoney } from './money.ts';

const usd = (amount: string) => formatMoney({ amount, currency: 'USD' });

describe('money', () => {
  it.each([
    ['48210.3349', '$48,210.33'],
    ['0', '$0.00'],
    ['-0', '$0.00'],
    ['1', '$1.00'],
    ['0.5', '$0.50'],
    ['0.03127891', '$0.03128'],
    ['0.0000000860512', '$0.00000008605'],
    ['999.995', '$1,000.00'],
    ['-1234.5', '\u2212$1,234.50'],
    ['123456789012345678901234.567', '$123,456,789,012,345,678,901,234.57'],
  ])('writes %s as %s', (amount, text) => {
    expect(usd(amount)).toBe(text);
  });

  it('leaves out the cents of an estimate from a hundred on', () => {
    const about = ['61403.28', '99.994', '-1234.5', '0'].map((amount) => formatAbout({ amount, currency: 'USD' }));
    expect(about).toEqual(['$61,403', '$99.99', '\u2212$1,234', '$0.00']);
  });

  it('rounds half to even, so that sums of rounded figures do not drift upwards', () => {
    expect([usd('2.125'), usd('2.135')]).toEqual(['$2.12', '$2.14']);
  });

  it('keeps four significant digits where rounding reaches one', () => {
    expect(usd('0.99999')).toBe('$1.00');
  });

  it('puts a currency without a symbol of its own before the figure', () => {
    expect(formatMoney({ amount: '12', currency: 'CHF' })).toBe('CHF\u00a012.00');
  });

  it('loses no digit of the exact amount', () => {
    expect(exactMoney({ amount: '20.52022672899', currency: 'USD' })).toBe('20.52022672899 USD');
  });

  it.each([
    [15000, '$15k'],
    [1_250_000, '$1.25M'],
    [0.0000002, '$0.0000002'],
    [-300, '\u2212$300'],
  ])('shortens %d for an axis without an exponent: %s', (amount, text) => {
    expect(axisMoney(amount, 'USD')).toBe(text);
  });
});

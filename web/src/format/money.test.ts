import { describe, expect, it } from 'vitest';
import { axisMoney, exactMoney, formatAbout, formatMoney, formatMoneyDelta, formatScaled, unitScale } from './money.ts';

const usd = (amount: string) => formatMoney({ amount, currency: 'USD' });

describe('money', () => {
  it.each([
    ['48210.3349', '$48,210.33'],
    ['0', '$0.00'],
    ['-0', '$0.00'],
    ['1', '$1.00'],
    ['0.5', '$0.50'],
    ['0.03127891', '$0.0313'],
    ['0.99994', '$0.9999'],
    ['0.01', '$0.01'],
    ['0.0099999', '$0.01'],
    ['0.0007871', '$0.000787'],
    ['0.00001234', '$0.000012'],
    ['0.0000000860512', 'under $0.000001'],
    ['-0.0000000860512', '\u2212under $0.000001'],
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

  it('takes less than half a cent for no difference', () => {
    const delta = ['-0.0000000000000359', '0.0049', '0.005', '-3'].map((amount) =>
      formatMoneyDelta({ amount, currency: 'USD' }),
    );
    expect(delta).toEqual(['$0.00', '$0.00', '+$0.005', '\u2212$3.00']);
  });

  it.each([
    ['0.0415', 1000, '$0.0415', '1,000'],
    ['0', 1000, '$0.00', '1,000'],
    ['0.0007871', 1000, '$0.7871', '1M'],
    ['0.0000008657', 1000, '$0.000866', '1M'],
    ['0.00000000000359', 1000, '$0.000004', '1B'],
    ['0.0007871', 1e6, '$0.000787', '1,000,000'],
  ])('gives %s USD for %d units as %s for %s', (amount, count, figure, per) => {
    const scale = unitScale(amount, count);
    expect([formatScaled({ amount, currency: 'USD' }, scale), scale.per]).toEqual([figure, per]);
  });

  it('rounds half to even, so that sums of rounded figures do not drift upwards', () => {
    expect([usd('2.125'), usd('2.135')]).toEqual(['$2.12', '$2.14']);
  });

  it('writes one where rounding reaches it', () => {
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
    [0.00012345, '$0.000123'],
    [0.0000002, '$2e-7'],
    [-300, '\u2212$300'],
  ])('shortens %d for an axis: %s', (amount, text) => {
    expect(axisMoney(amount, 'USD')).toBe(text);
  });
});

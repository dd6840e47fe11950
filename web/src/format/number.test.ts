import { describe, expect, it } from 'vitest';
import {
  changeOn,
  counted,
  formatMeasure,
  formatMeasured,
  formatMilliseconds,
  formatPercent,
  formatRatio,
  formatShare,
  formatTimes,
} from './number.ts';

describe('numbers', () => {
  it.each([
    ['0.3188181674488763', '0.3188'],
    ['12345.6', '12,346'],
    ['-0.00123456', '\u22120.001235'],
    ['0.15', '0.15'],
    ['0.21878207235015207', '0.2188'],
    ['0.0000123456', '0.000012'],
    ['0.00000031', '3.1e-7'],
    ['-0.00000031', '\u22123.1e-7'],
    ['0', '0'],
  ])('writes the measure %s as %s', (value, text) => {
    expect(formatMeasure(value)).toBe(text);
  });

  it('makes money of a value whose unit begins with a currency', () => {
    expect(formatMeasured('0.0127', 'USD per 1,000 predictions')).toEqual({
      figure: '$0.0127',
      unit: 'per 1,000 predictions',
      exact: '0.0127 USD per 1,000 predictions',
    });
  });

  it('gives unit costs that are compared in one scale', () => {
    const unit = 'USD per 1,000 predictions';
    expect(formatMeasured('0.0000008657', unit)).toEqual({
      figure: '$0.000866',
      unit: 'per 1M predictions',
      exact: '0.0000008657 USD per 1,000 predictions',
    });
    expect(formatMeasured('0.0127', unit, '0.0000008657')).toMatchObject({
      figure: '$12.70',
      unit: 'per 1M predictions',
    });
    expect(formatMeasured('0.001', 'USD per month')).toMatchObject({ figure: '$0.001', unit: 'per month' });
  });

  it('writes milliseconds without digits that were not measured', () => {
    expect([5.104, 0.4567, 187.34, 12345.6].map(formatMilliseconds)).toEqual([
      '5.1\u00a0ms',
      '0.46\u00a0ms',
      '187\u00a0ms',
      '12,346\u00a0ms',
    ]);
  });

  it('leaves a metric its name as unit', () => {
    expect(formatMeasured('0.31', 'ndcg_at_10')).toMatchObject({ figure: '0.31', unit: 'ndcg_at_10' });
  });

  it.each([
    ['61', '100', '61\u00a0%'],
    ['0.4', '100', '0.4\u00a0%'],
    ['99.73', '100', '99.7\u00a0%'],
    ['99.97', '100', '99.9\u00a0%'],
    ['100', '100', '100\u00a0%'],
    ['0.0001', '100', 'under 0.1\u00a0%'],
  ])('says that %s of %s is %s', (part, whole, text) => {
    expect(formatShare(part, whole)).toBe(text);
  });

  it.each([
    ['1', '0'],
    ['-5', '100'],
    ['131', '100'],
  ])('knows no share of %s in %s', (part, whole) => {
    expect(formatShare(part, whole)).toBeNull();
  });

  it('gives a ratio of any sign', () => {
    expect([formatRatio('-5', '100'), formatRatio('131', '100'), formatRatio('1', '0')]).toEqual([
      '\u22125\u00a0%',
      '131\u00a0%',
      null,
    ]);
  });

  it('writes a whole percent from ten on', () => {
    expect([formatPercent(9.94), formatPercent(10.4)]).toEqual(['9.9\u00a0%', '10\u00a0%']);
  });

  it('says in which direction a figure changed, and by how much', () => {
    expect(changeOn('112', '100')).toEqual({ direction: 'up', percent: '12\u00a0%' });
    expect(changeOn('50', '100')).toEqual({ direction: 'down', percent: '50\u00a0%' });
    expect(changeOn('5', '0')).toEqual({ direction: 'up', percent: null });
  });

  it('compares two figures as times', () => {
    expect(formatTimes('0.0415', '0.0058')).toBe('7.2 times');
    expect(formatTimes('1', '0')).toBeNull();
  });

  it('counts one and many', () => {
    expect([counted(1, 'row'), counted(2500, 'row')]).toEqual(['1 row', '2,500 rows']);
  });
});

import { describe, expect, it } from 'vitest';
import {
  buildPriceScale,
  chooseFirstPrice,
  findWinner,
  listWinningRanges,
  pickPriceWithin,
  placeChanges,
  SLIDER_STEPS,
  toPosition,
  toPrice,
  traceTradePrice,
} from './trade-price.ts';

const points = [
  { point: 'large', tradePrice: { from: '9.8', to: null } },
  { point: 'small', tradePrice: { from: '0', to: '0.076' } },
  { point: 'old', tradePrice: null },
  { point: 'medium', tradePrice: { from: '0.076', to: '9.8' } },
];
const ranges = listWinningRanges(points);

describe('the point that wins at a trade price', () => {
  it('is listed by price, without points that win at none', () => {
    expect(ranges.map(({ point }) => point)).toEqual(['small', 'medium', 'large']);
  });

  it.each([
    ['0', 'small'],
    ['0.0759', 'small'],
    ['0.076', 'medium'],
    ['9.7999', 'medium'],
    ['9.8', 'large'],
    ['1000000', 'large'],
  ])('is at %s %s: the lower end of a range belongs to it, the upper one does not', (price, point) => {
    expect(findWinner(ranges, price)?.point).toBe(point);
  });

  it('is none without ranges', () => {
    expect(findWinner([], '1')).toBeNull();
  });

  it('wins at the price that is picked within its range', () => {
    for (const range of ranges) expect(findWinner(ranges, pickPriceWithin(range))).toEqual(range);
    expect(pickPriceWithin({ point: 'a', from: '1.0000001', to: '1.0000002' })).toBe('1.0000001');
  });

  it('starts with the price of the policy, else with one that more than the cheapest point wins', () => {
    expect(chooseFirstPrice(ranges, '3')).toBe('3');
    expect(findWinner(ranges, chooseFirstPrice(ranges, null))?.point).toBe('medium');
    expect(chooseFirstPrice([], null)).toBe('0');
  });
});

describe('the slider of prices', () => {
  it('has the price 0 and every price at which the choice changes, with room on both sides', () => {
    const scale = buildPriceScale(ranges);
    expect(scale).toEqual({ least: 0.0076, most: 98 });
    if (scale === null) return;
    expect([toPrice(scale, 0), toPrice(scale, 1), toPrice(scale, SLIDER_STEPS)]).toEqual(['0', '0.0076', '98']);
    for (let position = 0; position <= SLIDER_STEPS; position += 1) {
      expect(toPosition(scale, toPrice(scale, position))).toBe(position);
    }
    expect([toPosition(scale, '0.0001'), toPosition(scale, '1000000')]).toEqual([1, SLIDER_STEPS]);
    expect(placeChanges(scale, ranges)).toHaveLength(2);
  });

  it('is left out where one point wins at every price', () => {
    expect(buildPriceScale([{ point: 'only', from: '0', to: null }])).toBeNull();
  });
});

describe('the line of a trade price', () => {
  it('passes through the winner with the slope of the price', () => {
    const line = traceTradePrice({ cost: 50, quality: 0.8 }, 10, { point: 0.01, direction: 'higher' }, [0.76, 0.84]);
    expect(line[0]?.[0]).toBeCloseTo(10, 9);
    expect(line[40]?.[0]).toBeCloseTo(50, 9);
    expect(line[80]?.[0]).toBeCloseTo(90, 9);
  });

  it('slopes the other way where less is better, and leaves out costs of 0 and below', () => {
    const line = traceTradePrice({ cost: 50, quality: 0.2 }, 10, { point: 0.01, direction: 'lower' }, [0.1, 0.3]);
    expect(line.every(([cost]) => cost > 0)).toBe(true);
    expect(line[0]?.[0]).toBeCloseTo(150, 9);
    expect(line.length).toBeLessThan(81);
  });
});

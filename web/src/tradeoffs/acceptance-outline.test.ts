import { expect, it } from 'vitest';
import type { AcceptanceRegion } from '../../../src/tradeoff/frontier/schema.ts';
import { findRegionBounds, outlineRegion } from './acceptance-outline.ts';

const none: AcceptanceRegion = { quality: [], cost: [], tradePrice: null, notOnAxes: [] };
const floor = (bound: number) => ({ rule: 'floor', bound, comparison: '>=' as const, baseline: null });
const limit = (bound: string) => ({ rule: 'cost per month', bound, source: '' });
const domains = { cost: [0, 100], quality: [0.5, 1] } as const;
const higher = { direction: 'higher' } as const;

it('takes the tightest of several bounds', () => {
  const region = { ...none, quality: [floor(0.7), floor(0.8)], cost: [limit('90'), limit('60')] };
  expect(findRegionBounds(region)).toEqual({ lowestQuality: 0.8, highestQuality: null, highestCost: 60 });
});

it('is the corner that the bounds leave', () => {
  const region = { ...none, quality: [floor(0.8)], cost: [limit('60')] };
  expect(outlineRegion(region, higher, domains)).toEqual([
    [60, 0.8],
    [60, 1],
    [0, 1],
    [0, 0.8],
  ]);
});

it('reaches the edge of the chart on a side without a bound', () => {
  expect(outlineRegion({ ...none, cost: [limit('60')] }, higher, domains)).toEqual([
    [60, 0.5],
    [60, 1],
    [0, 1],
    [0, 0.5],
  ]);
});

it('is empty without bounds on the axes, and where nothing in view is accepted', () => {
  expect(outlineRegion(none, higher, domains)).toEqual([]);
  expect(outlineRegion({ ...none, quality: [floor(1.2)] }, higher, domains)).toEqual([]);
  expect(outlineRegion({ ...none, cost: [limit('60')] }, higher, { cost: [80, 100], quality: [0, 1] })).toEqual([]);
});

it('follows the trade price of the policy: a point more of quality may cost so much more', () => {
  const tradePrice = { perPoint: '2', point: 0.01, fromCost: '20', fromQuality: 0.7 };
  const outline = outlineRegion({ ...none, tradePrice }, higher, domains);
  for (const [cost, quality] of outline.slice(0, -2)) {
    expect(cost).toBeCloseTo(Math.min(100, 20 + 200 * (quality - 0.7)), 9);
    expect(cost).toBeGreaterThan(0);
  }
  expect(outline.slice(-2).map(([cost]) => cost)).toEqual([0, 0]);
  expect(outline[0]?.[1]).toBeCloseTo(0.6, 1);
});

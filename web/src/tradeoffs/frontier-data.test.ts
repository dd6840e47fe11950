import { describe, expect, it } from 'vitest';
import { buildFrontierData } from './frontier-data.ts';
import { labelPoints } from './point-labels.ts';
import { CASCADE_POINT, FRONTIER, frontierPoint } from './tradeoffs.testing.ts';

const view = (frontier = FRONTIER) => ({ frontier, labels: labelPoints(frontier.points), price: null });
const V5 = 'v5 on 1 x cpu-core';

describe('the chart of the frontier', () => {
  it('has every point with its status, and the champion marked', () => {
    const data = buildFrontierData(view());
    expect(data?.marks.map(({ label, status, isBaseline }) => [label, status, isBaseline])).toEqual([
      ['v5', 'frontier', false],
      ['v3', 'dominated', false],
      ['v7 @champion', 'tied', true],
      ['v6', 'frontier', false],
    ]);
  });

  it('has a cascade as a mark with the replicas of both stages, which is never the champion', () => {
    const [mark] = buildFrontierData(view({ ...FRONTIER, points: [CASCADE_POINT] }))?.marks ?? [];
    expect(mark).toMatchObject({ label: 'v3 -> v6', name: 'v3 -> v6 (t 0.82, 31\u00a0% escalate)', isBaseline: false });
    expect(mark?.tip.find(({ name }) => name === 'Replicas')?.value).toBe('1 to 2, 1 x cpu-core; 1 to 2, 1 x cpu-core');
    expect(mark?.tip.some(({ name }) => name.startsWith('Below confidence 0.82 v6 answers'))).toBe(true);
  });

  it('draws no interval that is unknown or has no width', () => {
    const [v5, v3, v7] = buildFrontierData(view())?.marks ?? [];
    expect(v5?.costInterval).toEqual([47.1, 52.9]);
    expect([v3?.costInterval, v7?.costInterval]).toEqual([null, null]);
    expect(v7?.qualityInterval).toEqual([0.799, 0.819]);
  });

  it('steps along the frontier and joins a tied point to it', () => {
    const data = buildFrontierData(view());
    expect(data?.frontier).toEqual([
      [49.86, 0.81],
      [651.16, 0.85],
    ]);
    expect(data?.ties).toEqual([
      [
        [65.12, 0.809],
        [49.86, 0.81],
      ],
    ]);
  });

  it('is linear from zero, and logarithmic only where costs spread over a factor of 20', () => {
    expect(buildFrontierData(view())).toMatchObject({ logCost: false, costTicks: null });
    expect(buildFrontierData(view())?.costDomain[0]).toBe(0);
    const wide = [
      ...FRONTIER.points,
      frontierPoint({ version: '8', status: 'frontier', cost: ['5000', null, null], quality: [0.9, 0.89, 0.91] }),
    ];
    expect(buildFrontierData(view({ ...FRONTIER, points: wide }))).toMatchObject({
      logCost: true,
      costTicks: [100, 1000],
    });
  });

  it('contains the bounds of the policy, but not a limit that would press all points to one side', () => {
    const region = { quality: [], tradePrice: null, notOnAxes: [] };
    const at = (bound: string) =>
      buildFrontierData(view({ ...FRONTIER, region: { ...region, cost: [{ rule: '', bound, source: '' }] } }));
    expect(at('1000')?.costDomain[1]).toBeGreaterThan(1000);
    expect(at('1000')?.bounds).toMatchObject([{ axis: 'cost', at: 1000, text: 'at most $1,000.00' }]);
    expect(at('90000')?.costDomain[1]).toBeLessThan(1000);
    expect(at('90000')?.bounds).toEqual([]);
  });

  it('draws the trade price through the winner, within the axes', () => {
    const data = buildFrontierData({ ...view(), price: { amount: '10', winner: V5 } });
    expect(data?.marks.find(({ isWinner }) => isWinner)?.id).toBe(V5);
    const [first, last] = [data?.priceLine[0], data?.priceLine.at(-1)];
    const slope = ((last?.[0] ?? 0) - (first?.[0] ?? 0)) / ((last?.[1] ?? 0) - (first?.[1] ?? 0));
    expect(slope).toBeCloseTo(10 / 0.01, 6);
    expect(buildFrontierData(view())?.priceLine).toEqual([]);
  });

  it('is nothing without a point or a quality', () => {
    expect(buildFrontierData(view({ ...FRONTIER, points: [] }))).toBeNull();
    expect(buildFrontierData(view({ ...FRONTIER, qualityAxis: null }))).toBeNull();
  });
});

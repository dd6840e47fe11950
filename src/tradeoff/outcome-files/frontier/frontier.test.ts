import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { compareOutcomes } from '../../statistics/index.ts';
import { evaluatePoints } from './evaluate-points.ts';
import { type CostQuality, findPointFrontier } from './point-frontier.ts';
import { evaluateTableFrontier } from './table-frontier.ts';
import { findTradePrices } from './trade-price.ts';
import { makeNamesUnique } from './unique-names.ts';

/** Points on a small grid, so that equal costs and qualities occur. */
function drawPoints(seed: number, count: number, steps: number): CostQuality[] {
  const random = createRandom(seed);
  const draw = () => Math.floor(random() * steps) / steps;
  return Array.from({ length: count }, () => ({ cost: 0.5 + draw(), quality: draw() }));
}

describe('the frontier by estimates', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('equals its definition, point by point (seed %i)', (seed) => {
    const points = drawPoints(seed, 60, 10);
    const isDominated = (one: CostQuality) =>
      points.some(
        (other) =>
          other.cost <= one.cost &&
          other.quality >= one.quality &&
          (other.cost < one.cost || other.quality > one.quality),
      );
    expect(findPointFrontier(points)).toEqual(points.map((one) => !isDominated(one)));
  });

  it('has equal points together', () => {
    const same = { cost: 1, quality: 0.5 };
    expect(findPointFrontier([same, { cost: 2, quality: 0.5 }, same])).toEqual([true, false, true]);
  });

  it('is empty of no points', () => {
    expect(findPointFrontier([])).toEqual([]);
    expect(findTradePrices([])).toEqual([]);
  });
});

describe('the range of the trade price in which a point is best', () => {
  it.each([1, 2, 3, 4, 5])(
    'contains exactly the prices at which quality x price - cost is largest (seed %i)',
    (seed) => {
      const points = drawPoints(seed, 40, 1000);
      const ranges = findTradePrices(points);
      const random = createRandom(seed);
      for (let draw = 0; draw < 200; draw += 1) {
        const price = Math.tan((random() * Math.PI) / 2);
        const values = points.map(({ cost, quality }) => price * quality - cost);
        const best = values.indexOf(Math.max(...values));
        const within = ranges.flatMap((range, at) =>
          range !== null && price >= range.from && price <= (range.to ?? Number.POSITIVE_INFINITY) ? [at] : [],
        );
        expect(within).toContain(best);
        expect(within.every((at) => Math.abs((values[at] ?? 0) - (values[best] ?? 0)) < 1e-9)).toBe(true);
      }
    },
  );

  it('is null for a frontier point below the hull', () => {
    const points = [
      { cost: 1, quality: 0.5 },
      { cost: 9, quality: 0.51 },
      { cost: 10, quality: 0.9 },
    ];
    expect(findTradePrices(points)).toEqual([{ from: 0, to: 22.5 }, null, { from: 22.5, to: null }]);
  });
});

describe('points with intervals', () => {
  const rows = (list: readonly (readonly [name: string, cost: number | null, quality: number, n: number | null])[]) =>
    list.map(([name, cost, quality, n]) => ({ name, cost, quality, n }));

  it('are tied where no point is better with confidence, and dominated where one is', () => {
    const table = rows([
      ['a', 1, 0.8, 200],
      ['b', 2, 0.79, 200],
      ['c', 3, 0.5, 200],
      ['d', 4, 0.9, 200],
      ['e', null, 0.99, 200],
    ]);
    const report = evaluateTableFrontier({ rows: table, isProportion: true }, 0.05);
    expect(report.points.map(({ name, status, by }) => [name, status, by])).toEqual([
      ['a', 'frontier', []],
      ['b', 'tied', ['a']],
      ['c', 'dominated', ['a']],
      ['d', 'frontier', []],
    ]);
    expect(report.unknownCost).toEqual(['e']);
    expect(report.points[0]?.quality.lower).toBeCloseTo(0.7391, 4);
  });

  it('are compared as compareOutcomes does', () => {
    const random = createRandom(8);
    for (let draw = 0; draw < 300; draw += 1) {
      const [worse, better] = [0.3 + random() * 0.4, 0.4 + random() * 0.4].toSorted((a, b) => a - b) as [
        number,
        number,
      ];
      const sizes = [20 + Math.floor(random() * 300), 20 + Math.floor(random() * 300)] as const;
      const table = rows([
        ['better', 1, better, sizes[0]],
        ['worse', 2, worse, sizes[1]],
      ]);
      const { lower } = compareOutcomes(
        {
          design: 'unpaired',
          kind: 'binary',
          candidate: { successes: better * sizes[0], n: sizes[0] },
          baseline: { successes: worse * sizes[1], n: sizes[1] },
        },
        { margin: 0, tail: 0.025, looks: { kind: 'once' } },
      );
      const [, second] = evaluateTableFrontier({ rows: table, isProportion: true }, 0.05).points;
      expect(second?.status).toBe(lower > 0 ? 'dominated' : 'tied');
    }
  });

  it('have no ties and no intervals without sample sizes, and the report contains a note about it', () => {
    const table = rows([
      ['a', 1, 0.8, null],
      ['b', 2, 0.79, null],
    ]);
    const report = evaluateTableFrontier({ rows: table, isProportion: false }, 0.05);
    expect(report.points.map(({ status }) => status)).toEqual(['frontier', 'dominated']);
    expect(report.intervals).toBeNull();
    expect(report.points[0]?.quality).toEqual({ estimate: 0.8, lower: null, upper: null });
    expect(report.notes).toEqual([expect.stringContaining('No sample size')]);
  });

  it('are compared by estimates where one of both has no sample size', () => {
    const table = rows([
      ['a', 1, 0.8, 100],
      ['b', 2, 0.79, null],
    ]);
    const report = evaluateTableFrontier({ rows: table, isProportion: true }, 0.05);
    expect(report.points[1]?.status).toBe('dominated');
    expect(report.notes).toEqual(['Candidates without a sample size, compared by estimates: 1.']);
  });

  it('name a dominating point off the frontier where only that one is better with confidence', () => {
    const candidates = [
      { name: 'small sample', cost: 1, quality: 0.9, n: 5, lower: 0, upper: 1 },
      { name: 'large sample', cost: 2, quality: 0.85, n: 5000, lower: 0, upper: 1 },
      { name: 'worse', cost: 3, quality: 0.7, n: 5000, lower: 0, upper: 1 },
    ];
    const points = evaluatePoints(candidates, (place, other) => place === 1 && other === 2, 0.01);
    expect(points.map(({ status, by }) => [status, by])).toEqual([
      ['frontier', []],
      ['tied', ['small sample']],
      ['dominated', ['large sample']],
    ]);
  });

  it('are evaluated for 1,000 candidates within 300 ms', () => {
    const random = createRandom(3);
    const table = Array.from({ length: 1000 }, (_, at) => {
      const cost = 0.01 + random() * 10;
      return { name: `m${at}`, cost, quality: Math.min(1, 0.3 + 0.05 * cost + 0.2 * random()), n: 500 };
    });
    const times = [1, 2, 3].map(() => {
      const started = performance.now();
      expect(evaluateTableFrontier({ rows: table, isProportion: true }, 0.05).points).toHaveLength(1000);
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(300);
  });
});

it('adds the row number to names that repeat', () => {
  expect(makeNamesUnique(['a', 'b', 'a'], [0, 1, 2])).toEqual(['a (row 0)', 'b', 'a (row 2)']);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDdSketch, type DdSketch, restoreDdSketch, type SketchState } from './dd-sketch.ts';

const RATIOS = [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

/** Any finite number that is not so small that it counts as zero. */
const value = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((drawn) => (Math.abs(drawn) < 1e-300 ? 0 : drawn));
const latency = fc.double({ min: 1e-6, max: 86_400, noNaN: true });
const relativeError = fc.constantFrom(0.001, 0.01, 0.02, 0.1, 0.5);

function buildSketch(values: readonly number[], error = 0.01): DdSketch {
  const sketch = createDdSketch(error);
  for (const each of values) sketch.add(each);
  return sketch;
}

/** The order statistic that the quantile of the paper is defined by: rank floor(ratio (n - 1)). */
function exact(values: readonly number[], ratio: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(ratio * (values.length - 1))] ?? Number.NaN;
}

/** The buckets and the sum of a sum, apart from the last digits of an addition in another order. */
function readContent(sketch: DdSketch) {
  const { sum: _sum, ...content } = sketch.state();
  return { ...content, count: sketch.count };
}

describe('a DDSketch', () => {
  it('is within its relative error of every quantile, whatever the values', () => {
    const many = fc.array(fc.oneof(value, latency, fc.constant(0)), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(many, relativeError, (values, error) => {
        const sketch = buildSketch(values, error);
        for (const ratio of RATIOS) {
          const wanted = exact(values, ratio);
          // Rounding of a logarithm at the edge of a bucket adds some last digits.
          const slack = Math.abs(wanted) * (error + 1e-9);
          expect(Math.abs((sketch.quantile(ratio) ?? Number.NaN) - wanted)).toBeLessThanOrEqual(slack);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('knows count, sum, least and greatest exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1 }), (values) => {
        const { count, sum, min, max } = buildSketch(values);
        expect([count, sum]).toEqual([values.length, values.reduce((all, each) => all + each, 0)]);
        expect([min, max].map((each) => (each ?? Number.NaN) + 0)).toEqual(
          [Math.min(...values), Math.max(...values)].map((each) => each + 0),
        );
      }),
    );
  });

  it('merges exactly: shards in any order are as all values in one', () => {
    const shards = fc.array(fc.array(fc.oneof(latency, value), { maxLength: 50 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(shards, (list) => {
        const whole = readContent(buildSketch(list.flat()));
        const [forth, back] = [list, list.toReversed()].map((ordered) => {
          const merged = createDdSketch();
          for (const shard of ordered) merged.merge(buildSketch(shard));
          return readContent(merged);
        });
        expect(forth).toEqual(whole);
        expect(back).toEqual(whole);
      }),
    );
  });

  it('merges with itself and with an empty one', () => {
    const sketch = buildSketch([1, 2, 3]);
    sketch.merge(createDdSketch());
    sketch.merge(sketch);
    expect([sketch.count, sketch.sum]).toEqual([6, 12]);
    expect(readContent(sketch)).toEqual(readContent(buildSketch([1, 1, 2, 2, 3, 3])));
  });

  it('comes back from its state, through JSON', () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const sketch = buildSketch(values);
        const sent: SketchState = JSON.parse(JSON.stringify(sketch.state()));
        const back = restoreDdSketch(sent);
        expect(readContent(back)).toEqual(JSON.parse(JSON.stringify(readContent(sketch))));
      }),
    );
  });

  it('takes a value many times at once', () => {
    const sketch = createDdSketch();
    sketch.add(4, 3);
    expect(readContent(sketch)).toEqual(readContent(buildSketch([4, 4, 4])));
  });

  it('has the buckets of the paper: (g^(i-1), g^i] with g = (1 + a) / (1 - a)', () => {
    const growth = 1.01 / 0.99;
    const bucketOf = (each: number) => buildSketch([each]).state().positive[0]?.[0];
    expect(bucketOf(1)).toBe(0);
    expect(bucketOf(growth ** 10 * 0.999)).toBe(10);
    expect(bucketOf(growth ** 10 * 1.001)).toBe(11);
    expect(
      buildSketch([1e-6, 86_400])
        .state()
        .positive.map(([bucket]) => bucket),
    ).toEqual([-690, 569]);
  });

  it('is unknown, not zero, without values', () => {
    const { min, max, count } = createDdSketch();
    expect([createDdSketch().quantile(0.5), min, max, count]).toEqual([null, null, null, 0]);
  });

  it.each<[string, () => unknown]>([
    ['no number', () => createDdSketch().add(Number.NaN)],
    ['infinity', () => createDdSketch().add(Number.POSITIVE_INFINITY)],
    ['a count of none', () => createDdSketch().add(1, 0)],
    ['a relative error of 1', () => createDdSketch(1)],
    ['a quantile beyond 1', () => createDdSketch().quantile(1.1)],
    ['to count above zero', () => createDdSketch().above(0)],
    ['another relative error', () => createDdSketch(0.01).merge(createDdSketch(0.02))],
  ])('refuses %s', (_, doing) => {
    expect(doing).toThrow(RangeError);
  });
});

it('counts what is above a value, but for those within the relative error of it', () => {
  fc.assert(
    fc.property(fc.array(latency, { maxLength: 200 }), latency, (values, bound) => {
      const least = values.filter((each) => each > bound * 1.03).length;
      const most = values.filter((each) => each > bound / 1.03).length;
      const above = buildSketch(values).above(bound);
      expect(above >= least && above <= most).toBe(true);
    }),
  );
});

import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { draws } from '../../testing/deep.ts';
import { type ComparisonQuestion, compareOutcomes, compareQuantiles, compareRelative } from './index.ts';

const ask = (margin = 0.05, tail = 0.05): ComparisonQuestion => ({ margin, tail, looks: { kind: 'once' } });
const random = createRandom(5);
const drawLatency = (n: number, scale = 1): Float64Array =>
  Float64Array.from({ length: n }, () => scale * (100 - 40 * Math.log(1 - random())));
const negate = (values: Float64Array): Float64Array => values.map((value) => -value);

describe('a relative difference of means', () => {
  it('understands a negated metric: 10 % slower is -0.1', () => {
    const [baseline, candidate] = [drawLatency(4000), drawLatency(4000, 1.1)];
    const found = compareRelative(
      { design: 'unpaired', candidate: negate(candidate), baseline: negate(baseline) },
      ask(),
    );
    expect(found.estimate).toBeCloseTo(-0.1, 1);
    expect([found.verdict, found.test]).toEqual(['inferior', 'Fieller interval']);
    const higher = compareRelative({ design: 'unpaired', candidate, baseline }, ask());
    expect([higher.lower, higher.upper]).toEqual([-found.upper, -found.lower].map((end) => expect.closeTo(end, 10)));
  });

  it('has the verdict of the contrast candidate - (1 - margin) baseline, paired', () => {
    const baseline = drawLatency(300);
    for (const scale of [0.9, 0.94, 0.96, 1]) {
      const candidate = baseline.map((value) => value * scale + 10 * (random() - 0.5));
      const differences = candidate.map((value, index) => value - 0.95 * (baseline[index] ?? Number.NaN));
      const contrast = compareOutcomes({ design: 'paired', kind: 'mean', differences }, ask(0));
      expect(compareRelative({ design: 'paired', candidate, baseline }, ask()).verdict).toBe(contrast.verdict);
    }
  });

  it('is inconclusive where the baseline does not differ from 0', () => {
    const noise = (n: number): Float64Array => Float64Array.from({ length: n }, () => random() - 0.5);
    const found = compareRelative({ design: 'unpaired', candidate: noise(500), baseline: noise(500) }, ask());
    expect(found).toMatchObject({ verdict: 'inconclusive', lower: -Infinity, upper: Infinity });
    expect(found.reason).toMatch(/does not differ from 0/);
  });

  it('refuses pairs of different lengths', () => {
    const pair = { design: 'paired', candidate: Float64Array.of(1, 2), baseline: Float64Array.of(1) } as const;
    expect(() => compareRelative(pair, ask())).toThrow(/one of each arm/);
  });

  it('errs at most as often as stated', () => {
    const runs = draws(10_000);
    let wrong = 0;
    for (let run = 0; run < runs; run += 1) {
      const outcomes = { design: 'unpaired', candidate: drawLatency(60, 0.95), baseline: drawLatency(80) } as const;
      if (compareRelative(outcomes, ask()).verdict === 'non-inferior') wrong += 1;
    }
    expect(wrong / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
  });
});

describe('a difference of quantiles', () => {
  const p95 = { quantile: 0.95, better: 'lower', scale: 'ratio' } as const;

  it('shows a p95 that is 20 % higher, and says which samples a close one needs', () => {
    const [candidate, baseline] = [drawLatency(3000, 1.2), drawLatency(3000)];
    const found = compareQuantiles({ candidate, baseline, ...p95 }, ask());
    expect(found.verdict).toBe('inferior');
    expect(found.estimate).toBeCloseTo(-0.2, 1);
    const close = compareQuantiles(
      { candidate: baseline.slice(0, 300), baseline: baseline.slice(300, 600), ...p95 },
      ask(),
    );
    expect(close.verdict).toBe('inconclusive');
    const same = compareQuantiles({ candidate: drawLatency(3000), baseline, ...p95 }, ask(0.1));
    expect(same.verdict).toBe('non-inferior');
  });

  it('has an infinite end where an arm is too small for the quantile', () => {
    const few = {
      candidate: drawLatency(50),
      baseline: drawLatency(50),
      quantile: 0.99,
      better: 'lower',
      scale: 'difference',
    } as const;
    expect(compareQuantiles(few, ask())).toMatchObject({
      verdict: 'inconclusive',
      lower: -Infinity,
      upper: Infinity,
      samplesNeeded: null,
    });
  });

  it('is inconclusive with a reason for empty arms, wrong values and ratios of values at 0', () => {
    const empty = new Float64Array();
    expect(compareQuantiles({ candidate: empty, baseline: empty, ...p95 }, ask()).reason).toMatch(/fewer than two/);
    const broken = Float64Array.of(1, 2, Number.NaN);
    expect(compareQuantiles({ candidate: broken, baseline: broken, ...p95 }, ask()).reason).toMatch(/finite/);
    const zero = Float64Array.of(1, 2, 0);
    expect(compareQuantiles({ candidate: zero, baseline: zero, ...p95 }, ask()).reason).toMatch(/above 0/);
    expect(() => compareQuantiles({ candidate: zero, baseline: zero, ...p95, quantile: 1 }, ask())).toThrow(RangeError);
  });

  it('divides both sample sizes by the inflation', () => {
    const arms = {
      candidate: drawLatency(4000),
      baseline: drawLatency(4000),
      quantile: 0.5,
      better: 'lower',
      scale: 'difference',
    } as const;
    const one = compareQuantiles(arms, ask());
    const wide = compareQuantiles(arms, { ...ask(), dependence: { kind: 'autocorrelated', inflation: 4 } });
    expect((wide.upper - wide.lower) / (one.upper - one.lower)).toBeCloseTo(2, 0);
  });
});

import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../platform/numbers/index.ts';
import { draws } from '../../testing/deep.ts';
import { type Comparison, compareOutcomes, compareQuantiles, type Outcomes } from './index.ts';

const TAIL = 0.05;
const once = { kind: 'once' } as const;

function countSuccesses(n: number, share: number, random: Random): number {
  let successes = 0;
  for (let i = 0; i < n; i += 1) successes += random() < share ? 1 : 0;
  return successes;
}

/** Pairs with success rate 0.9 of the baseline, a difference, and a share of discordant pairs. */
function drawPairs(n: number, discordance: number, difference: number, random: Random): Outcomes {
  const [better, worse] = [(discordance + difference) / 2, (discordance - difference) / 2];
  let [onlyCandidate, onlyBaseline] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const at = random();
    if (at < better) onlyCandidate += 1;
    else if (at < better + worse) onlyBaseline += 1;
  }
  const rest = n - onlyCandidate - onlyBaseline;
  return { design: 'paired', kind: 'binary', both: rest, onlyCandidate, onlyBaseline, neither: 0 };
}

function drawArms(n: number, baseline: number, difference: number, random: Random): Outcomes {
  return {
    design: 'unpaired',
    kind: 'binary',
    candidate: { successes: countSuccesses(n, baseline + difference, random), n },
    baseline: { successes: countSuccesses(n, baseline, random), n },
  };
}

function drawNormals(n: number, random: Random): Float64Array {
  return Float64Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** Shares of runs whose interval lies wholly above, and wholly below, the true difference. */
function measureErrors(runs: number, compare: () => Comparison, difference: number): { above: number; below: number } {
  let [above, below] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const { lower, upper } = compare();
    if (lower > difference) above += 1;
    if (upper < difference) below += 1;
  }
  return { above: above / runs, below: below / runs };
}

const allow = (runs: number): number => TAIL + 3 * Math.sqrt((TAIL * (1 - TAIL)) / runs);

describe('each end of an interval misses the true difference at most as often as stated', () => {
  const runs = draws(20_000);

  it.each([
    [225, 0.04, 0],
    [225, 0.1, -0.02],
    [1000, 0.04, -0.02],
    [1000, 0.1, 0],
  ])('pairs: n = %i, discordance %f, difference %f', (n, discordance, difference) => {
    const random = createRandom(11);
    const question = { margin: 0.02, tail: TAIL, looks: once };
    const found = measureErrors(
      runs,
      () => compareOutcomes(drawPairs(n, discordance, difference, random), question),
      difference,
    );
    expect(Math.max(found.above, found.below)).toBeLessThan(allow(runs));
  });

  it.each([
    [225, 0.9, 0],
    [225, 0.9, -0.02],
    [1000, 0.9, -0.02],
    [1000, 0.98, 0],
  ])('arms: n = %i each, baseline %f, difference %f', (n, baseline, difference) => {
    const random = createRandom(12);
    const question = { margin: 0.02, tail: TAIL, looks: once };
    const found = measureErrors(
      runs,
      () => compareOutcomes(drawArms(n, baseline, difference, random), question),
      difference,
    );
    expect(Math.max(found.above, found.below)).toBeLessThan(allow(runs));
  });

  it('means: paired and unpaired', () => {
    const random = createRandom(13);
    const question = { margin: 0, tail: TAIL, looks: once };
    const paired = measureErrors(
      runs,
      () => compareOutcomes({ design: 'paired', kind: 'mean', differences: drawNormals(20, random) }, question),
      0,
    );
    const unpaired = measureErrors(
      runs,
      () => {
        const [candidate, baseline] = [drawNormals(15, random), drawNormals(25, random).map((value) => 3 * value)];
        return compareOutcomes({ design: 'unpaired', kind: 'mean', candidate, baseline }, question);
      },
      0,
    );
    expect(Math.max(paired.above, paired.below, unpaired.above, unpaired.below)).toBeLessThan(allow(runs));
  });
});

describe('quantiles of latencies in whole seconds', () => {
  const runs = draws(2000);
  /** Like recorded image generation: whole seconds, median 23, heavy upper tail. */
  const drawSeconds = (n: number, random: Random): Float64Array =>
    drawNormals(n, random).map((z) => Math.round(23 * Math.exp(0.45 * z)));

  it.each([
    [500, 0.5],
    [2000, 0.5],
    [500, 0.95],
    [2000, 0.99],
  ])('n = %i, quantile %f: without a difference each end errs at most as often as stated', (n, quantile) => {
    const random = createRandom(14);
    const compare = () =>
      compareQuantiles(
        {
          candidate: drawSeconds(n, random),
          baseline: drawSeconds(n, random),
          quantile,
          better: 'lower',
          scale: 'difference',
        },
        { margin: 0, tail: TAIL, looks: once },
      );
    const found = measureErrors(runs, compare, 0);
    expect(Math.max(found.above, found.below)).toBeLessThan(allow(runs));
    // Not idle either: the interval does not miss ten times less often than it may.
    expect(found.above + found.below).toBeGreaterThan(TAIL / 5);
  });
});

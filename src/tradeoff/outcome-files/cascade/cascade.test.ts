import { describe, expect, it } from 'vitest';
import { draws } from '../../../testing/deep.ts';
import { replayCascade } from '../../cascades/index.ts';
import { simulateTable } from '../outcomes.testing.ts';
import type { OutcomeTable } from '../read-outcomes.ts';
import { CascadeReport } from '../schema.ts';
import { fitCascade } from './fit-cascade.ts';
import { splitRows } from './split-rows.ts';

const CANDIDATES = [
  { name: 'large', pricePerThousand: '4', accuracy: [0.9, 0.9] },
  { name: 'small', pricePerThousand: '0.4', accuracy: [0.5, 1] },
  { name: 'tiny', pricePerThousand: '0.02', accuracy: [0.2, 0.95] },
] as const;

const question = { margin: 0.01, alpha: 0.05, method: 'split', fitRows: 'even' } as const;

function add(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

describe('a fitted cascade', () => {
  const table = simulateTable(11, 8000, CANDIDATES);
  const report = CascadeReport.parse(fitCascade(table, question));

  it('saves, is proven on the held-out rows, and names the baseline and the best single candidate', () => {
    expect(report).toMatchObject({ baseline: 'large', verdict: 'non-inferior', n: 4000 });
    expect(report.saving).toBeGreaterThan(0.25);
    expect(report.stages.at(-1)).toMatchObject({ acceptAtConfidence: null });
    expect(report.bestSingle?.saving ?? 0).toBeLessThan(1);
    expect(report.fitted.chance).toBeGreaterThan(0.5);
  });

  it('has the figures of a replay of its stages on the held-out rows', () => {
    const { heldOut } = splitRows(table, 'even');
    const stages = report.stages.map(({ candidate, acceptAtConfidence }) => ({
      candidate: heldOut.candidates.findIndex(({ name }) => name === candidate),
      acceptAtConfidence,
    }));
    const replay = replayCascade(heldOut.candidates, stages, heldOut.n);
    const reference = heldOut.candidates[0];
    expect(report.saving).toBeCloseTo(1 - add(replay.cost) / add(reference?.cost ?? new Float64Array()), 12);
    expect(report.difference.estimate).toBeCloseTo(
      (add(replay.quality) - add(reference?.quality ?? new Float64Array())) / heldOut.n,
      12,
    );
    expect(add(Float64Array.from(report.stages, ({ acceptedRatio }) => acceptedRatio))).toBeCloseTo(1, 12);
  });

  it.each(['split', 'learn-then-test'] as const)('does not depend on outcomes of the held-out rows (%s)', (method) => {
    const scrambled: OutcomeTable = {
      ...table,
      candidates: table.candidates.map((candidate) => ({
        ...candidate,
        quality: candidate.quality.map((value, row) => (row % 2 === 0 ? value : 1 - value)),
      })),
    };
    const select = (of: OutcomeTable) =>
      fitCascade(of, { ...question, method }).stages.map(({ candidate, acceptAtConfidence }) => [
        candidate,
        acceptAtConfidence,
      ]);
    expect(select(scrambled)).toEqual(select(table));
  });

  it('is the baseline itself where nothing saves, with a difference of exactly zero', () => {
    const expensive = CANDIDATES.map((one) => ({ ...one, pricePerThousand: one.name === 'large' ? '0.001' : '5' }));
    expect(fitCascade(simulateTable(2, 400, expensive), question)).toMatchObject({
      stages: [{ candidate: 'large', acceptAtConfidence: null }],
      saving: 0,
      difference: { estimate: 0, lower: 0, upper: 0 },
      verdict: 'non-inferior',
      bestSingle: null,
    });
  });

  it('takes the cheaper of two candidates with equal quality as the baseline', () => {
    const [large] = table.candidates;
    if (large === undefined) throw new Error('no candidate');
    const twins = { ...table, candidates: [large, { ...large, name: 'cheap twin', pricePerThousand: '3' }] };
    expect(fitCascade(twins, question)).toMatchObject({ baseline: 'cheap twin', saving: 0 });
  });

  it('accepts a margin of 0, which only a better cascade passes', () => {
    const strict = fitCascade(table, { ...question, margin: 0 });
    expect(strict.difference.lower ?? -1).toBeGreaterThanOrEqual(strict.verdict === 'non-inferior' ? 0 : -1);
  });

  it('passes unknown confidences on, and never uses a constant confidence as a stage', () => {
    const changed: OutcomeTable = {
      ...table,
      candidates: table.candidates.map((candidate) => ({
        ...candidate,
        confidence:
          candidate.name === 'small'
            ? (candidate.confidence?.map(() => 0.7) ?? null)
            : (candidate.confidence?.map((value, row) => (row % 7 === 0 ? Number.NaN : value)) ?? null),
      })),
    };
    const { stages, notes } = fitCascade(changed, question);
    expect(stages.slice(0, -1).map(({ candidate }) => candidate)).not.toContain('small');
    expect(notes).toContain('The confidence of small is the same in all fit rows: it is only tried as the last stage.');
    expect(notes).toContainEqual(expect.stringMatching(/^tiny has no confidence in \d+ of 4000 fit rows/));
  });

  it.each([
    ['one row', 1],
    ['three rows', 3],
  ])('is refused for %s', (_, rows) => {
    expect(() => fitCascade(simulateTable(1, rows, CANDIDATES), question)).toThrow(/Each side needs at least 2/);
  });

  it('is refused where a candidate has no cost, or costs have two currencies', () => {
    const without = table.candidates.map((candidate) => ({ ...candidate, pricePerThousand: null }));
    expect(() => fitCascade({ ...table, candidates: without }, question)).toThrow(/"large" has no cost/);
    const mixed = table.candidates.map((candidate, at) => ({ ...candidate, currency: at === 0 ? 'EUR' : 'USD' }));
    expect(() => fitCascade({ ...table, candidates: mixed }, question)).toThrow(/EUR and USD/);
  });
});

describe('the error of the selection', () => {
  /** The small one is two margins worse, whatever its confidence: a cascade that answers more than half of the rows with it is inferior. */
  const TWO_MARGINS_WORSE = [
    { name: 'large', pricePerThousand: '4', accuracy: [0.9, 0.9] },
    { name: 'small', pricePerThousand: '0.4', accuracy: [0.8, 0.8] },
  ] as const;

  it.each(['split', 'learn-then-test'] as const)(
    'passes an inferior cascade in at most alpha / 2 of the fits (%s)',
    (method) => {
      const runs = draws(2000, 200);
      let wrong = 0;
      for (let run = 0; run < runs; run += 1) {
        const { stages, verdict, baseline } = fitCascade(simulateTable(run + 1, 600, TWO_MARGINS_WORSE), {
          ...question,
          margin: 0.05,
          method,
        });
        const [first] = stages;
        const isInferior =
          baseline === 'large' && first?.candidate === 'small' && (first.acceptAtConfidence ?? 0) < 0.5;
        if (isInferior && verdict === 'non-inferior') wrong += 1;
      }
      expect(wrong / runs).toBeLessThanOrEqual(0.025 + 1.645 * Math.sqrt((0.025 * 0.975) / runs));
    },
  );

  it('is predicted: the mean predicted chance is near the share of fits that pass', () => {
    const runs = draws(400, 40);
    let chance = 0;
    let passed = 0;
    for (let run = 0; run < runs; run += 1) {
      const report = fitCascade(simulateTable(run + 77, 2000, CANDIDATES.slice(0, 2)), question);
      chance += report.fitted.chance ?? 0;
      passed += report.verdict === 'non-inferior' ? 1 : 0;
    }
    expect(Math.abs(chance - passed) / runs).toBeLessThan(0.05 + 2 * Math.sqrt(0.1 / runs));
  });
});

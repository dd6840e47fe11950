import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { draws } from '../../../testing/deep.ts';
import { CBPE_METRICS, estimateByConfidence, fitCbpe, type LabelledRows } from './cbpe.ts';
import { drawClassified, type Shift, trackedAccuracy } from './simulated.testing.ts';

const Figures = z.record(z.enum(CBPE_METRICS), z.number());
const Goldens = z.object({
  note: z.string(),
  threshold: z.number(),
  window: z.number(),
  cases: z.array(
    z.object({
      title: z.string(),
      reference: z.object({ probability: z.array(z.number()), actual: z.array(z.number()) }),
      probability: z.array(z.number()),
      calibrated: z.boolean(),
      values: z.array(Figures),
      samplingErrors: z.array(Figures),
    }),
  ),
});
const goldens = Goldens.parse(JSON.parse(readFileSync(new URL('goldens/cbpe.json', import.meta.url), 'utf8')));

const scored = (probability: readonly number[]) => ({
  probability: Float64Array.from(probability),
  predicted: Float64Array.from(probability, (p) => (p >= goldens.threshold ? 1 : 0)),
});

describe('CBPE', () => {
  it.each(goldens.cases)('gives NannyML’s figures for a model that is $title', (golden) => {
    const { reference, probability, values, samplingErrors } = golden;
    const cbpe = fitCbpe({ ...scored(reference.probability), actual: Float64Array.from(reference.actual) });
    expect(cbpe.calibration !== null).toBe(golden.calibrated);
    values.forEach((expected, window) => {
      const rows = scored(probability.slice(window * goldens.window, (window + 1) * goldens.window));
      const found = estimateByConfidence(cbpe, rows);
      for (const metric of CBPE_METRICS) {
        // NannyML rounds the counts below the curve to five places.
        expect(found[metric], `${metric} of window ${window}`).toMatchObject({
          value: expect.closeTo(expected[metric], metric === 'roc_auc' ? 6 : 10),
        });
        // NannyML takes one class for the area; here both count.
        if (metric === 'roc_auc') continue;
        expect(found[metric]).toMatchObject({
          samplingError: expect.closeTo(samplingErrors[window]?.[metric] ?? 0, 10),
        });
      }
    });
  });

  it('has no value, and says why, where a measure is not defined', () => {
    const reference = { ...scored([0.1, 0.2, 0.3, 0.4]), actual: Float64Array.of(0, 0, 0, 0) };
    expect(estimateByConfidence(fitCbpe(reference), scored([0, 0]))).toEqual({
      accuracy: { value: 1, samplingError: 0, error: 0 },
      precision: { reason: 'no prediction is positive' },
      recall: { reason: 'no positive outcome is expected' },
      f1: { reason: 'no positive prediction and no positive outcome is expected' },
      roc_auc: { reason: 'only outcomes of one class are expected' },
    });
  });
});

describe('CBPE on simulated windows', () => {
  it('follows the accuracy that is measured later when the inputs move, far nearer than the old accuracy does', () => {
    const shifts: Shift[] = [0, 0.5, 1, 1.5, 2].map((by) => ({ inputsBy: by, meaningBy: 0 }));
    const tracked = shifts.map((shift, seed) => trackedAccuracy(shift, seed));
    const miss = (of: (one: (typeof tracked)[number]) => number) =>
      tracked.reduce((sum, one) => sum + Math.abs(of(one) - one.realised), 0) / tracked.length;
    expect(Math.abs((tracked.at(-1)?.realised ?? 0) - (tracked[0]?.realised ?? 0))).toBeGreaterThan(0.08);
    expect(miss(({ estimated }) => estimated)).toBeLessThan(0.012);
    expect(miss(({ reference }) => reference)).toBeGreaterThan(0.04);
  });

  it('does not see that what the inputs mean has changed', () => {
    const { estimated, realised, reference } = trackedAccuracy({ inputsBy: 0, meaningBy: -1.5 }, 9);
    expect(Math.abs(estimated - reference)).toBeLessThan(0.02);
    expect(reference - realised).toBeGreaterThan(0.1);
  });

  // CBPE_COVERAGE=1 draws as often as docs/monitoring.md tells.
  const full = process.env.CBPE_COVERAGE !== undefined;

  it.each([
    [300, { accuracy: 0.9, precision: 0.86, recall: 0.94, f1: 0.94 }],
    [1_000, { accuracy: 0.91, precision: 0.88, recall: 0.95, f1: 0.95 }],
  ] as const)(
    'holds what is measured within its interval, when nothing changes and the reference has %i rows',
    {
      timeout: 600_000,
    },
    (rows, least) => {
      const runs = full ? 2_000 : draws(120, 30);
      const held = { accuracy: 0, precision: 0, recall: 0, f1: 0 };
      for (let seed = 0; seed < runs; seed += 1) {
        const cbpe = fitCbpe(drawClassified(rows, { inputsBy: 0, meaningBy: 0 }, 10_000 + 2 * seed));
        const window = drawClassified(500, { inputsBy: 0, meaningBy: 0 }, 10_001 + 2 * seed);
        const estimated = estimateByConfidence(cbpe, window);
        for (const [metric, realised] of Object.entries(computeRealised(window))) {
          const figure = estimated[metric as keyof typeof held];
          const isHeld = 'value' in figure && Math.abs(realised - figure.value) <= 1.96 * (figure.error ?? 0);
          held[metric as keyof typeof held] += Number(isHeld);
        }
      }
      if (full) console.log('held within the interval', rows, runs, held);
      for (const metric of ['accuracy', 'precision', 'recall', 'f1'] as const) {
        expect(held[metric] / runs, metric).toBeGreaterThanOrEqual(least[metric]);
      }
    },
  );
});

function computeRealised({ actual, predicted }: LabelledRows) {
  const count = (y: number, answer: number) => actual.filter((one, at) => one === y && predicted[at] === answer).length;
  const [tp, fp, fn, tn] = [count(1, 1), count(0, 1), count(1, 0), count(0, 0)];
  return {
    accuracy: (tp + tn) / actual.length,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: tp / (tp + (fp + fn) / 2),
  };
}

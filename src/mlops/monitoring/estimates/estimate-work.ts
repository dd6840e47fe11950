import { CBPE_METRICS, estimateByConfidence, fitCbpe, type LabelledRows, type ScoredRows } from './cbpe.ts';
import { DLE_METRICS, estimateLosses, type FeatureRows, fitDle } from './dle.ts';
import type { Figure } from './figure.ts';

/** What to estimate: a labelled reference, and rows of windows, one window after the other. */
export type EstimateQuestion = {
  /** Where each window begins among the rows, and where the last one ends. */
  readonly starts: readonly number[];
} & (
  | { readonly method: 'cbpe'; readonly reference: LabelledRows; readonly rows: ScoredRows }
  | {
      readonly method: 'dle';
      readonly reference: { readonly features: FeatureRows; readonly error: Float64Array };
      readonly rows: FeatureRows;
    }
);

export interface EstimateAnswer {
  /** null: the method does not calibrate. */
  readonly calibrated: boolean | null;
  /** For each window its measures by name. */
  readonly windows: readonly Readonly<Record<string, Figure>>[];
}

/** Learns from the reference and estimates each window, wherever it is done. */
export function estimateWindows(question: EstimateQuestion): EstimateAnswer {
  const spans = question.starts.slice(0, -1).map((start, at) => [start, question.starts[at + 1] ?? start] as const);
  if (question.method === 'cbpe') {
    const { probability, predicted } = question.rows;
    const cbpe = fitCbpe(question.reference);
    const part = ([start, end]: readonly [number, number]): ScoredRows => ({
      probability: probability.subarray(start, end),
      predicted: predicted.subarray(start, end),
    });
    return {
      calibrated: cbpe.calibration !== null,
      windows: spans.map((span) => estimateByConfidence(cbpe, part(span))),
    };
  }
  const { reference, rows } = question;
  const dle = fitDle(reference.features, reference.error);
  const windows = spans.map(([start, end]) =>
    estimateLosses(
      dle,
      rows.map((column) => column.subarray(start, end)),
    ),
  );
  return { calibrated: null, windows };
}

/** The measures that a method estimates. */
export const ESTIMATED: Readonly<Record<EstimateQuestion['method'], readonly string[]>> = {
  cbpe: CBPE_METRICS,
  dle: DLE_METRICS,
};

import {
  type Cbpe,
  type CbpeMetric,
  estimateByConfidence,
  fitCbpe,
  type LabelledRows,
  type ScoredRows,
} from './cbpe.ts';
import { type Dle, type FeatureRows, fitDle, predictLosses } from './dle.ts';
import type { Figure } from './figure.ts';

/** Work that runs outside of the engine, in this thread or in another: each function takes one value and returns one. */
const WORK = {
  fitCbpe: (reference: LabelledRows): Cbpe => fitCbpe(reference),
  fitDle: ({ features, error }: { readonly features: FeatureRows; readonly error: Float64Array }): Dle =>
    fitDle(features, error),
  predictLosses: ({ dle, rows }: { readonly dle: Dle; readonly rows: FeatureRows }) => predictLosses(dle, rows),
  estimateByConfidence: ({ cbpe, rows, starts }: ConfidenceQuestion): Record<CbpeMetric, Figure>[] =>
    splitIntoWindows(rows, starts).map((window) => estimateByConfidence(cbpe, window)),
};

export interface ConfidenceQuestion {
  readonly cbpe: Cbpe;
  /** Rows of windows, one window after the other. */
  readonly rows: ScoredRows;
  /** Index of the first row of each window, and the end of the last window. */
  readonly starts: readonly number[];
}

export type WorkKind = keyof typeof WORK;
export type WorkInput<K extends WorkKind> = Parameters<(typeof WORK)[K]>[0];
export type WorkOutput<K extends WorkKind> = ReturnType<(typeof WORK)[K]>;

export function doWork<K extends WorkKind>(kind: K, input: WorkInput<K>): WorkOutput<K> {
  const work: { [Kind in WorkKind]: (input: WorkInput<Kind>) => WorkOutput<Kind> } = WORK;
  return work[kind](input);
}

/** The rows of each window; they share the memory of all. */
export function splitIntoWindows({ probability, predicted }: ScoredRows, starts: readonly number[]): ScoredRows[] {
  return starts.slice(0, -1).map((start, at) => {
    const end = starts[at + 1] ?? start;
    return { probability: probability.subarray(start, end), predicted: predicted.subarray(start, end) };
  });
}

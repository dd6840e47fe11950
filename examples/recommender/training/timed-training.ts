import { type AlsOptions, type EpochReport, trainAls } from './implicit-als.ts';
import type { Interactions } from './interactions.ts';
import type { FactorBlock } from './recommender-model.ts';

/** A trained block and the interval in which one core was busy with it. */
export interface TrainingResult {
  readonly block: FactorBlock;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Messages of a training worker: an epoch's report while it trains, then the result. */
export type WorkerReply =
  | { readonly kind: 'epoch'; readonly report: EpochReport }
  | { readonly kind: 'done'; readonly result: TrainingResult };

/** One training in the calling thread, timed. */
export function trainTimed(
  data: Interactions,
  options: AlsOptions,
  onEpoch: (report: EpochReport) => void,
): TrainingResult {
  const startedAtMs = performance.timeOrigin + performance.now();
  const block = trainAls(data, options, onEpoch);
  return { block, startedAtMs, endedAtMs: performance.timeOrigin + performance.now() };
}

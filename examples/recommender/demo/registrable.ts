import type { PredictionMeasurement } from '../serving-cost/measure-predictions.ts';
import type { Evaluation, UserOutcome } from '../training/evaluate.ts';
import type { TrainedModel, TrainingProgress } from '../training/train-models.ts';

/** Facts of a training that the registration of its model needs; of a candidate, or of a recorded one. */
export interface Registrable {
  readonly trained: Pick<TrainedModel, 'variant' | 'intervals' | 'trainSeconds'> & {
    readonly epochs: readonly Pick<TrainingProgress, 'member' | 'loss'>[];
    readonly model: { readonly blocks: { readonly length: number } };
  };
  readonly quality: Pick<Evaluation, 'ndcgAt10' | 'recallAt10' | 'mrrAt10'> & {
    readonly perUser: readonly Omit<UserOutcome, 'mrrAt10'>[];
  };
  readonly serving: Omit<PredictionMeasurement, 'predictions' | 'busySeconds' | 'threads' | 'p50Ms' | 'startedAtMs'>;
  /** The exported model; null where its factors were not recorded. */
  readonly onnx: Uint8Array | null;
}

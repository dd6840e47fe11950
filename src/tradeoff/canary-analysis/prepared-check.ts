import type { RolloutCheck } from '../../mlops/serving/index.ts';
import type { Comparison, ComparisonQuestion } from '../statistics/index.ts';

/** A check with its data: ready to be compared at any one-sided error. */
export interface PreparedCheck {
  readonly name: string;
  readonly scale: 'difference' | 'ratio';
  /** The worst accepted difference or ratio, new against live. */
  readonly limit: number;
  /** Samples of the smaller side: responses, requests, labelled predictions, or pairs of a series. */
  readonly n: number;
  /** Responses or labelled predictions of the canary: the information of planned looks. */
  readonly information: number;
  /** Responses for one sample: 1, or more where they are thinned. */
  readonly stride: number;
  /** Whether a larger value of the metric is better; a comparison is always oriented so. */
  readonly better: 'higher' | 'lower';
  /** Facts of the check beside its comparison. */
  readonly shown: Pick<RolloutCheck, 'unit' | 'sampleMs' | 'cost'>;
  /** Reason why there is nothing to compare; null where there is. */
  readonly reason: string | null;
  readonly compare: (question: Pick<ComparisonQuestion, 'tail' | 'looks'>) => Comparison;
}

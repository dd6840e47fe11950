import type { ComparisonQuestion, Looks, NamedInterval, Outcomes } from '../outcomes.ts';

/** What the bounds of a look are computed from: the question, the data, and the fixed-sample interval of any one-sided error. */
export interface LookInput {
  readonly outcomes: Outcomes;
  readonly question: ComparisonQuestion;
  readonly looks: Exclude<Looks, { kind: 'once' }>;
  /** Effective observations: pairs, or of both arms together, divided by the inflation of the dependence. */
  readonly n: number;
  readonly estimate: number;
  readonly computeFixedInterval: (tail: number) => NamedInterval;
}

/** The interval at this look, and the one-sided error from which samples needed are planned (`planningTail`). */
export interface LookBounds extends NamedInterval {
  readonly planningTail: number;
}

/** Bounds at one of several looks at growing data, valid over all of them. */
export function computeLookBounds(_input: LookInput): LookBounds {
  throw new RangeError('looks not built');
}

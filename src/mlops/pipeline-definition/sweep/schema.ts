import type { Money } from '../../../platform/units/schema.ts';
import type { SweepSpec } from '../../sweeps/schema.ts';

interface SweepProblem {
  /** Path in the sweep; empty for the sweep itself. */
  readonly field: string[];
  readonly message: string;
}

/** Reasons why the sweep of a step is not possible in its pipeline. */
export function findSweepProblems(
  { budget }: { readonly budget: Money | undefined },
  { sweep, matrix }: { readonly sweep?: SweepSpec | undefined; readonly matrix?: object | undefined },
): SweepProblem[] {
  if (sweep === undefined) return [];
  const { after } = sweep.stop;
  return [
    ...(matrix === undefined ? [] : [{ field: [], message: 'a step has either a matrix or a sweep' }]),
    ...(budget === undefined
      ? [{ field: [], message: 'a sweep requires a budget of the pipeline: it is the limit of all trials together' }]
      : []),
    ...(after === undefined || budget === undefined || after.currency === budget.currency
      ? []
      : [{ field: ['stop', 'after'], message: `the currency must be that of the budget: ${budget.currency}` }]),
  ];
}

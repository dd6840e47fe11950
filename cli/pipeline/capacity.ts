import type { PipelineRun } from '../../src/mlops/pipelines/schema.ts';
import type { Context } from '../frame/context.ts';
import { formatInstant } from '../output/amounts.ts';
import { table } from '../output/table.ts';

/**
 * Number of shown capacity decisions for each step with a deadline on spot capacity; the ledger of decisions has all of
 * them.
 */
const MOST = 10;

/** On which capacity tries ran, and why. Empty where no step has a deadline. */
export function capacityText({ stepList }: PipelineRun, { paint }: Context): string {
  const decided = stepList.flatMap(({ step, capacity }) => capacity.slice(-MOST).map((one) => ({ step, ...one })));
  if (decided.length === 0) return '';
  return table(
    decided,
    [
      { title: 'STEP', cell: ({ step }) => step },
      { title: 'TRY', align: 'right', cell: ({ attempt }) => String(attempt) },
      { title: 'DECIDED', cell: ({ at }) => formatInstant(at), least: 20 },
      { title: 'CAPACITY', cell: ({ reason }) => reason, least: 24 },
    ],
    paint,
  );
}

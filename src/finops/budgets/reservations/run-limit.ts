import type { Sql } from '../../../platform/store/index.ts';
import { decimal } from '../../../platform/units/index.ts';
import type { Metering } from '../../metering/index.ts';
import type { Limit } from './limits.ts';
import { computeRemainder } from './remainder.ts';
import type { StoredReservation } from './store.ts';

/** Name of a pipeline run's limit where a budget name is expected. */
export const RUN_LIMIT = 'the limit of its run';

/**
 * Spending limit of a pipeline run, in the form of a budget limit: the spend and the unspent grants of all its work count.
 * Empty if the run has no limit. Example: a limit of 10, 4 spent by finished steps and 1 held by a running one, leaves 5.
 */
export async function runLimits(
  { metering }: { readonly metering: Pick<Metering, 'total'> },
  sql: Sql,
  { runLimit, subject: { pipelineRun } }: Pick<StoredReservation, 'runLimit' | 'subject'>,
  open: readonly StoredReservation[],
): Promise<Limit[]> {
  if (runLimit === null || pipelineRun === undefined) return [];
  const { cost } = await metering.total(sql, { pipelineRun });
  const running = open.filter(({ subject }) => subject.pipelineRun === pipelineRun);
  const held = running.reduce((sum, one) => sum.plus(computeRemainder(one)), decimal(0));
  return [
    {
      budget: RUN_LIMIT,
      enforcement: 'hard',
      currency: runLimit.currency,
      left: decimal(runLimit.amount)
        .minus(cost?.amount ?? '0')
        .minus(held),
      held,
      rates: running.reduce((sum, { hourlyRate }) => sum.plus(hourlyRate ?? '0'), decimal(0)),
    },
  ];
}

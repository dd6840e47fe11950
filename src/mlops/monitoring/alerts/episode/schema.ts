import { z } from 'zod';
import { Name } from '../../../../org/schema.ts';
import { Money, Period, UtcInstant } from '../../../../platform/units/schema.ts';

export const AlertCause = z
  .enum(['drift', 'quality', 'estimated_quality', 'latency', 'errors', 'no_data'])
  .describe(
    'Kind of problem: input or output drift, quality, or request metrics (latency, errors, missing predictions)',
  );
export type AlertCause = z.infer<typeof AlertCause>;

export const QualityLoss = z
  .strictObject({
    metric: z.string().describe('Measure of quality'),
    reference: z.number().describe('Value before the loss'),
    current: z.number().describe('Current value'),
    lower: z
      .number()
      .nullable()
      .describe('Lower end of the 95 % interval of `current`; null: too few predictions for an interval'),
    upper: z
      .number()
      .nullable()
      .describe('Upper end of the 95 % interval of `current`; null: too few predictions for an interval'),
    estimated: z.boolean().describe('True: estimated without labels'),
  })
  .describe('Loss of quality');
export type QualityLoss = z.infer<typeof QualityLoss>;

/** Payload of the events `alert.opened`, `alert.changed` and `alert.closed`: one episode for one cause. */
export const AlertEpisode = z
  .strictObject({
    episode: z.string().describe('Id of the episode'),
    monitor: Name.describe('Name of the monitor'),
    model: z.string().describe('Registered model'),
    version: z.string().nullable().describe('Version of the model; null: all of them'),
    alert: z.string().describe('Name of the alert in the monitor'),
    cause: AlertCause,
    state: z.enum(['ok', 'warning', 'alert', 'no_data']).describe('State that the episode entered'),
    openedAt: UtcInstant.describe('When the episode began'),
    window: Period.describe('Window of the predictions with the condition'),
    columns: z.array(z.string()).describe('Affected columns, the worst first; empty: none'),
    loss: QualityLoss.nullable().describe('Loss of quality that the episode causes; null: unknown'),
    moneyPerDay: Money.nullable().describe('Value of the loss per day; null: the monitor has no value per prediction'),
  })
  .describe('An episode of an alert');
export type AlertEpisode = z.infer<typeof AlertEpisode>;

/**
 * Key of the loss that an episode causes. Open episodes of one monitor with the same key are one loss with one price, found by several alerts.
 * Null: no loss is known.
 */
export function buildLossKey({ monitor, loss }: Pick<AlertEpisode, 'monitor' | 'loss'>): string | null {
  return loss === null ? null : `${monitor} ${loss.metric}`;
}

/**
 * The open episodes whose prices can be added: one for each loss, a labelled loss before an estimated one, then the most
 * expensive. Episodes without a known loss stay.
 * Example: quality 1.34 USD a day and drift 2.13 USD a day of the same loss of accuracy, both by labels -> the one of 2.13.
 */
export function selectPricedOnce<T extends Pick<AlertEpisode, 'monitor' | 'loss' | 'moneyPerDay'>>(
  episodes: readonly T[],
): T[] {
  const groups = Map.groupBy(episodes, (episode) => buildLossKey(episode) ?? episode);
  return [...groups.values()].flatMap((group) => group.toSorted(comparePrices).slice(0, 1));
}

function comparePrices(
  one: Pick<AlertEpisode, 'loss' | 'moneyPerDay'>,
  other: Pick<AlertEpisode, 'loss' | 'moneyPerDay'>,
): number {
  const rank = ({ loss, moneyPerDay }: typeof one) => (moneyPerDay === null ? 2 : loss?.estimated === true ? 1 : 0);
  return rank(one) - rank(other) || Number(other.moneyPerDay?.amount ?? 0) - Number(one.moneyPerDay?.amount ?? 0);
}

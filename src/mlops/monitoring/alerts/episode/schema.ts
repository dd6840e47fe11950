import { z } from 'zod';
import { Name } from '../../../../org/schema.ts';
import { Money, Period, UtcInstant } from '../../../../platform/units/schema.ts';

export const AlertCause = z
  .enum(['drift', 'quality', 'estimated_quality', 'latency', 'errors', 'no_data'])
  .describe('What is wrong: what comes in or goes out, how good it is, or how it is answered');
export type AlertCause = z.infer<typeof AlertCause>;

export const QualityLoss = z
  .strictObject({
    metric: z.string().describe('Measure of quality that it is of'),
    reference: z.number().describe('Its value before'),
    current: z.number().describe('Its value now'),
    lower: z.number().nullable().describe('Lower end of the 95 % interval of the value now; null: too few for one'),
    upper: z.number().nullable().describe('Upper end of it'),
    estimated: z.boolean().describe('True while the labels are not known yet'),
  })
  .describe('How much worse the answers are');
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
    state: z.enum(['ok', 'warning', 'alert', 'no_data']).describe('State that it came to'),
    openedAt: UtcInstant.describe('When the episode began'),
    window: Period.describe('Predictions that show it'),
    columns: z.array(z.string()).describe('Columns that it is of, the worst first; empty: none'),
    loss: QualityLoss.nullable().describe('What it costs in quality; null: not known'),
    moneyPerDay: Money.nullable().describe('What that is worth a day; null: no value per prediction is given'),
  })
  .describe('An episode of an alert');
export type AlertEpisode = z.infer<typeof AlertEpisode>;

/**
 * Names the loss that an episode costs: open episodes of one monitor that name the same are one loss, seen by several alerts, with one price.
 * Null: no loss is known.
 */
export function lossKey({ monitor, loss }: Pick<AlertEpisode, 'monitor' | 'loss'>): string | null {
  return loss === null ? null : `${monitor} ${loss.metric}`;
}

/**
 * The open episodes whose prices can be added: one for each loss, a labelled loss before an estimated one, then the most
 * expensive. Episodes without a known loss stay.
 * Example: quality 1.34 USD a day and drift 2.13 USD a day of the same loss of accuracy, both by labels -> the one of 2.13.
 */
export function pricedOnce<T extends Pick<AlertEpisode, 'monitor' | 'loss' | 'moneyPerDay'>>(
  episodes: readonly T[],
): T[] {
  const groups = Map.groupBy(episodes, (episode) => lossKey(episode) ?? episode);
  return [...groups.values()].flatMap((group) => group.toSorted(comparePrices).slice(0, 1));
}

function comparePrices(
  one: Pick<AlertEpisode, 'loss' | 'moneyPerDay'>,
  other: Pick<AlertEpisode, 'loss' | 'moneyPerDay'>,
): number {
  const rank = ({ loss, moneyPerDay }: typeof one) => (moneyPerDay === null ? 2 : loss?.estimated === true ? 1 : 0);
  return rank(one) - rank(other) || Number(other.moneyPerDay?.amount ?? 0) - Number(one.moneyPerDay?.amount ?? 0);
}

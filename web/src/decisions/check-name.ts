import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { BASIS_NAME } from '../models/unit-costs.ts';

/**
 * Name of a check with its basis, because costs of different bases are different quantities. A cost of predictions is
 * named without their number: the figure states the number for which it can be read.
 *
 * @example "cost per 1,000 predictions" at demand -> "cost of predictions (at demand)", with "$0.57 per 1M predictions"
 */
export function formatCheckName({ name, basis }: Pick<Check, 'name' | 'basis'>): string {
  const text = formatMetricName(name).replace('cost per 1,000 predictions', 'cost of predictions');
  return basis === undefined ? text : `${text} (${BASIS_NAME[basis]})`;
}

/** Whether a check is about the difference to the champion, and not about a value of the version itself. */
export function isDifference({ name }: Pick<Check, 'name'>): boolean {
  return / (?:superior|non-inferior) to @/.test(name);
}

import type { Gravity } from '../../../platform/acknowledgements/index.ts';
import type { Anomaly } from '../schema.ts';

/** `warning` for more money than expected, `info` for less; its impact is null for measures that are not money. */
export function readGravity({
  direction,
  impact,
  currency,
}: Pick<Anomaly, 'direction' | 'impact' | 'currency'>): Gravity {
  const money = impact === null || currency === null ? null : { amount: impact, currency };
  return { severity: direction === 'over' ? 'warning' : 'info', impact: money };
}

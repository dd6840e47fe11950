import { type QualityLoss, selectPricedOnce } from '../../../src/mlops/monitoring/alerts/episode/schema.ts';
import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import { formatMeasure } from '../format/number.ts';

export const NO_VALUE = 'The monitor has no value per prediction, or the quality loss is not known.';
export const NO_LOSS = 'The quality loss is not known: nothing is measured or estimated.';
export const NO_LABELS = 'No label has come for these predictions, and nothing is estimated.';
export const NO_DRIFT = 'The monitor has no drift check, or no window has been compared yet.';
export const NO_KIND = 'The monitor has no kind of quality.';
export const NO_LATENCY = 'No latency was reported for these answers.';

export const CAUSES: Readonly<Record<Alert['cause'], string>> = {
  drift: 'drift',
  quality: 'quality',
  estimated_quality: 'estimated quality',
  latency: 'latency',
  errors: 'errors',
  no_data: 'no predictions',
};

/** `accuracy 0.84 instead of 0.91`. */
export function lossText({ metric, reference, current, estimated }: QualityLoss): string {
  const word = estimated ? 'is estimated at' : 'is';
  return `${metric} ${word} ${formatMeasure(current)} instead of ${formatMeasure(reference)}`;
}

/**
 * Total loss of all open episodes per day, each loss counted once; null where no episode has a loss in money, or in
 * several currencies.
 */
export function moneyPerDay(alerts: readonly Pick<Alert, 'monitor' | 'loss' | 'moneyPerDay'>[]): Money | null {
  const known = selectPricedOnce(alerts).flatMap(({ moneyPerDay: money }) => (money === null ? [] : [money]));
  const [first] = known;
  if (first === undefined || known.some(({ currency }) => currency !== first.currency)) return null;
  const sum = known.reduce((total, { amount }) => total.plus(amount), decimal(0));
  return { amount: decimalString(sum), currency: first.currency };
}

/** The latest window that has predictions. */
export function findLatest(windows: readonly MonitorWindow[]): MonitorWindow | undefined {
  return windows.findLast(({ predictions }) => predictions > 0);
}

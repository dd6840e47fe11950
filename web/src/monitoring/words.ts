import { type QualityLoss, selectPricedOnce } from '../../../src/mlops/monitoring/alerts/episode/schema.ts';
import type { Alert, AlertState } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';
import { counted, formatMeasure } from '../format/number.ts';

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

const WORST: readonly AlertState[] = ['alert', 'warning', 'no_data', 'ok'];

/** The gravest of some states; ok when there is none. */
export function findWorst(states: readonly AlertState[]): AlertState {
  return WORST.find((state) => states.includes(state)) ?? 'ok';
}

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

/** `4 monitors: 1 has an open alert.` */
export function monitorsAnswer(count: number, open: readonly Pick<Alert, 'monitor'>[] | undefined): string {
  if (count === 0) return 'No monitor yet.';
  const all = count === 1 ? '1 monitor' : counted(count, 'monitor');
  if (open === undefined) return `${all}.`;
  const names = new Set(open.map(({ monitor }) => monitor));
  if (names.size === 0) return `${all}, no open alerts.`;
  return `${all}: ${counted(names.size, 'of them has an open alert', 'of them have open alerts')}`;
}

/** The latest window that has predictions. */
export function findLatest(windows: readonly MonitorWindow[]): MonitorWindow | undefined {
  return windows.findLast(({ predictions }) => predictions > 0);
}

/** `2 of 16`: drifted columns among those with a result in the last window that has one; null: there is none. */
export function driftedColumns(windows: readonly DriftWindow[]): string | null {
  const columns = windows.findLast(({ share }) => share !== null)?.columns;
  if (columns === undefined) return null;
  const compared = columns.filter(({ drifted }) => drifted !== null);
  return `${compared.filter(({ drifted }) => drifted === true).length} of ${compared.length}`;
}

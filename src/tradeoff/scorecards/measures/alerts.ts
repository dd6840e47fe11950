import type { ProductionAlert } from '../../production-health/schema.ts';
import type { MeasureStatus } from './schema.ts';

/** An open alert of the monitor of a model, as judged on the version that runs. */
export type OpenAlert = Pick<ProductionAlert, 'cause' | 'state' | 'standing' | 'sentence'>;

interface Status {
  readonly status: MeasureStatus;
  readonly statusReason: string;
}

/**
 * Status by the open alerts of some causes: critical where the running version has the condition of an alert, warning for a warning and
 * where the running version is not proven; null: none, or only those of earlier versions.
 */
export function describeOpenAlerts(alerts: readonly OpenAlert[], causes: readonly OpenAlert['cause'][]): Status | null {
  const open = alerts.filter(({ cause, standing }) => causes.includes(cause) && standing !== 'cleared');
  const isBad = ({ standing, state }: OpenAlert) => standing === 'open' && state === 'alert';
  const worst = open.find(isBad) ?? open[0];
  if (worst === undefined) return null;
  return { status: isBad(worst) ? 'critical' : 'warning', statusReason: worst.sentence };
}

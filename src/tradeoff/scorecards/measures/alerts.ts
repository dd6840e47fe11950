import type { z } from 'zod';
import type { AlertEpisode } from '../../../mlops/monitoring/schema.ts';
import type { MeasureStatus } from './schema.ts';

/** An open episode of an alert of the monitor of a model. */
export interface OpenAlert extends Pick<z.infer<typeof AlertEpisode>, 'alert' | 'cause' | 'state' | 'version'> {
  /** One sentence. */
  readonly reason: string;
}

interface Status {
  readonly status: MeasureStatus;
  readonly statusReason: string;
}

/**
 * Status by the open episodes of some causes: critical for an alert, warning for a warning, and for an episode of a version that is
 * no longer the current one; null: none is open.
 */
export function describeOpenAlerts(
  alerts: readonly OpenAlert[],
  causes: readonly OpenAlert['cause'][],
  current: string | null,
): Status | null {
  const open = alerts.filter(({ cause }) => causes.includes(cause));
  const isOld = ({ version }: OpenAlert) => version !== null && current !== null && version !== current;
  const worst = open.find((one) => one.state === 'alert' && !isOld(one)) ?? open.find((one) => !isOld(one)) ?? open[0];
  if (worst === undefined) return null;
  if (isOld(worst)) {
    const statusReason = `Alert ${worst.alert} is open for version ${worst.version}; version ${current} is current and not judged yet.`;
    return { status: 'warning', statusReason };
  }
  return {
    status: worst.state === 'alert' ? 'critical' : 'warning',
    statusReason: `Alert ${worst.alert} is open: ${worst.reason}`,
  };
}

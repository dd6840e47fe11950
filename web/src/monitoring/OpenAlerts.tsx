import type { Monitor } from '../../../src/mlops/monitors/schema.ts';
import type { ModelHealth } from '../../../src/tradeoff/production-health/schema.ts';
import { AlertsNowCard } from './AlertsNowCard.tsx';

/** Monitors whose alerts are on the page. */
const MOST_SHOWN = 3;

interface OpenAlertsProps {
  readonly monitors: readonly Monitor[];
  readonly models: readonly ModelHealth[];
}

/** Open alerts of the monitors, each with its verdict on the running version. */
export function OpenAlerts({ monitors, models }: OpenAlertsProps) {
  const alerting = monitors.flatMap(({ monitor, spec }) => {
    const model = models.find((one) => one.monitor === monitor && one.alerts.length > 0);
    return model === undefined ? [] : [{ monitor, spec, model }];
  });
  return alerting
    .slice(0, MOST_SHOWN)
    .map((one) => <AlertsNowCard key={one.monitor} {...one} isNamed={alerting.length > 1} />);
}

import { AppError } from '../../platform/errors/index.ts';
import type { ManifestOutcome } from '../../platform/manifests/index.ts';
import { refuseUntold, type TargetRules } from '../../platform/notices/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { refuseUnmeasured } from './check-spec.ts';
import type { MonitorSpec } from './schema.ts';
import { findMonitorOfModel, findMonitors, saveMonitor } from './store.ts';

/**
 * Errors: `monitor_model_taken`; `manifest_invalid` where an alert has nothing to measure, or where `notify:` has a target
 * that this server cannot notify: email without a mail server, or a webhook URL that is not allowed.
 */
export async function applyMonitor(
  rules: TargetRules,
  sql: Sql,
  monitor: string,
  spec: MonitorSpec,
): Promise<ManifestOutcome> {
  const other = await findMonitorOfModel(sql, spec.model);
  if (other !== null && other.monitor !== monitor) {
    const detail = `The monitor "${other.monitor}" already monitors "${spec.model}". Change that monitor.`;
    throw new AppError('monitor_model_taken', detail, { model: spec.model, monitor: other.monitor });
  }
  const [before] = await findMonitors(sql, monitor);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  refuseUnmeasured(spec);
  refuseUntold(rules, spec.notify);
  await saveMonitor(sql, { monitor, spec });
  return before === undefined ? 'created' : 'changed';
}

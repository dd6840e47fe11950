import { AppError } from '../../platform/errors/index.ts';
import type { AlertRule } from './alerts/schema.ts';
import type { MonitorSpec } from './schema.ts';
import { listScores } from './scores.ts';

/** Error: `manifest_invalid` for an alert or a value that nothing in the monitor could ever speak of. */
export function refuseUnmeasured(spec: MonitorSpec): void {
  const names = new Set<string>();
  spec.alerts.forEach((rule, at) => {
    if (names.has(rule.name)) refuse(`alerts[${at}].name`, `another alert has the name "${rule.name}".`);
    names.add(rule.name);
    refuseAlert(spec, rule, `alerts[${at}]`);
  });
  const metric = spec.valuePerPrediction?.metric;
  if (metric !== undefined) refuseMetric(spec, metric, 'valuePerPrediction.metric');
}

function refuseAlert(spec: MonitorSpec, rule: AlertRule, place: string): void {
  if (rule.on === 'drift') {
    if (spec.drift === undefined) refuse(place, 'an alert on drift requires drift: in the monitor.');
    const watched = spec.drift?.columns;
    const unknown = rule.columns?.find((column) => watched !== undefined && !watched.includes(column));
    if (unknown !== undefined) refuse(`${place}.columns`, `"${unknown}" is not a column of drift:.`);
  }
  if (rule.on !== 'quality' && rule.on !== 'estimated_quality') return;
  refuseMetric(spec, rule.metric, `${place}.metric`);
  if (rule.worseThan === undefined && rule.reference === undefined) {
    refuse(place, 'it has nothing to compare with: set worseThan, reference, or both.');
  }
}

function refuseMetric({ quality }: MonitorSpec, metric: string, place: string): void {
  const known = quality === undefined ? [] : listScores(quality).map((score) => score.metric);
  if (known.includes(metric)) return;
  const has = known.length === 0 ? 'the monitor has no quality:' : `its quality is measured as ${known.join(', ')}`;
  refuse(place, `"${metric}" is not measured: ${has}.`);
}

function refuse(place: string, detail: string): never {
  throw new AppError('manifest_invalid', `spec.${place}: ${detail}`);
}

import type { AlertRule, MonitorSpec as MonitorDocument, Quality } from '../../../src/mlops/monitors/schema.ts';
import { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { Name } from '../../../src/org/schema.ts';
import type { DocumentKind } from '../document-form/document.ts';

/** Monitors as documents with a form. */
export const monitorKind: DocumentKind<MonitorDocument> = {
  kind: 'Monitor',
  name: Name,
  spec: MonitorSpec,
  formPaths: [
    ...['model', 'labels.withinDays', 'log.sample', 'quality.kind', 'quality.output', 'quality.positive', 'quality.k'],
    ...['quality.probability', 'drift.reference.first', 'drift.window.hours'],
    ...['name', 'on', 'open', 'close', 'metric', 'worseThan', 'windowHours', 'minPredictions', 'waitHours'].map(
      (field) => `alerts.*.${field}`,
    ),
    ...['share', 'objective', 'withinMs', 'minRequests', 'minutes'].map((field) => `alerts.*.${field}`),
  ],
};

export type AlertKind = AlertRule['on'];

export const ALERT_KINDS: Readonly<Record<AlertKind, string>> = {
  quality: 'Measured quality',
  estimated_quality: 'Estimated quality',
  drift: 'Drift',
  latency: 'Latency',
  errors: 'Errors',
  no_data: 'Missing predictions',
};

/** An alert rule of each kind, with the fields that it needs; the name is kept. */
export const BLANK_ALERTS: Readonly<Record<AlertKind, object>> = {
  quality: { on: 'quality', metric: '' },
  estimated_quality: { on: 'estimated_quality', metric: '' },
  drift: { on: 'drift' },
  latency: { on: 'latency', objective: 0.99, withinMs: 300 },
  errors: { on: 'errors', objective: 0.99 },
  no_data: { on: 'no_data', minutes: 60 },
};

export type QualityKind = Quality['kind'];

export const QUALITY_KINDS: Readonly<Record<QualityKind, string>> = {
  classification: 'Classes',
  regression: 'Numbers',
  ranking: 'Ranked lists',
};

/** Measures of each kind of quality. */
export function listMetrics(kind: unknown, k: unknown): string[] {
  if (kind === 'regression') return ['mae', 'rmse'];
  if (kind === 'ranking') return ['ndcg', 'recall', 'mrr'].map((name) => `${name}@${typeof k === 'number' ? k : 10}`);
  return ['accuracy', 'precision', 'recall', 'f1', 'roc_auc'];
}

export const BLANK_DRIFT = { reference: { first: 1000 }, window: { hours: 24 } };

import type { AlertRule, MonitorSpec as MonitorDocument, Quality } from '../../../src/mlops/monitors/schema.ts';
import { MonitorSpec } from '../../../src/mlops/monitors/schema.ts';
import { Name } from '../../../src/org/schema.ts';
import type { NotifyTarget } from '../../../src/platform/notices/schema.ts';
import type { DocumentKind } from '../document-form/document.ts';

/** Monitors as documents with a form. */
export const monitorKind: DocumentKind<MonitorDocument> = {
  kind: 'Monitor',
  name: Name,
  spec: MonitorSpec,
  formPaths: [
    ...['model', 'labels.withinDays', 'log.sample', 'quality.kind', 'quality.output', 'quality.positive', 'quality.k'],
    ...['quality.probability', 'drift.reference.first', 'drift.reference.start', 'drift.reference.end'],
    ...['drift.window.hours', 'drift.window.predictions'],
    ...['estimate.reference.start', 'estimate.reference.end', 'estimate.until'],
    ...['notify.*.email.to', 'notify.*.slack.url', 'notify.*.microsoftTeams.url', 'notify.*.webhook.url'],
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

/** References of drift that the form shows. */
export const BLANK_REFERENCES = { first: { first: 1000 }, period: { start: '', end: '' } };
/** Windows of drift: by time and by count. */
export const BLANK_WINDOWS = { hours: { hours: 24 }, predictions: { predictions: 1000 } };

export const BLANK_ESTIMATE = { reference: { start: '', end: '' } };

export type Channel = keyof NotifyTarget;

export const CHANNELS: Readonly<Record<Channel, string>> = {
  email: 'E-mail',
  slack: 'Slack or Mattermost',
  microsoftTeams: 'Microsoft Teams',
  webhook: 'Webhook (CloudEvents)',
};

interface RecipientField {
  readonly field: string;
  readonly label: string;
  readonly hint: string;
  /** Addresses of alert channels that fit. */
  readonly pattern: RegExp;
}

const SECRET_HINT = 'Reference to the address: env:NAME of the server, or file:/path.';
const SECRET = { field: 'url', label: 'Secret with the address', hint: SECRET_HINT, pattern: /^(env|file):/ };

export const RECIPIENTS: Readonly<Record<Channel, RecipientField>> = {
  email: { field: 'to', label: 'E-mail address', hint: 'Only an administrator can set it.', pattern: /@/ },
  slack: SECRET,
  microsoftTeams: SECRET,
  webhook: { field: 'url', label: 'URL', hint: 'Only an administrator can set it.', pattern: /^https?:/ },
};

export const BLANK_RECIPIENTS: Readonly<Record<Channel, object>> = {
  email: { email: { to: '' } },
  slack: { slack: { url: 'env:' } },
  microsoftTeams: { microsoftTeams: { url: 'env:' } },
  webhook: { webhook: { url: '' } },
};

/** The channel of a recipient as it is written; e-mail where it names none. */
export function readChannel(recipient: unknown): Channel {
  const named = typeof recipient === 'object' && recipient !== null ? Object.keys(recipient)[0] : undefined;
  return named !== undefined && named in CHANNELS ? (named as Channel) : 'email';
}

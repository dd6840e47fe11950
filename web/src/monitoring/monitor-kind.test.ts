import { expect, it } from 'vitest';
import { readDocument, setInDocument } from '../document-form/document.ts';
import {
  ALERT_KINDS,
  type AlertKind,
  BLANK_ALERTS,
  BLANK_DRIFT,
  BLANK_ESTIMATE,
  BLANK_RECIPIENTS,
  BLANK_WINDOWS,
  CHANNELS,
  type Channel,
  listMetrics,
  monitorKind,
  RECIPIENTS,
  readChannel,
} from './monitor-kind.ts';
import { NEW_MONITOR } from './new-monitor.ts';

const named = [
  [['metadata', 'name'], 'ranker'],
  [['spec', 'model'], 'ranker'],
  [['spec', 'alerts', 0, 'metric'], 'accuracy'],
] as const;
const filled = named.reduce((before, [path, value]) => setInDocument(before, path, value), NEW_MONITOR);

it('a new monitor is valid once its name, model and measure are filled in', () => {
  expect(readDocument(NEW_MONITOR, monitorKind).valid).toBeNull();
  const read = readDocument(filled, monitorKind);
  expect([read.problems, read.hidden]).toEqual([[], []]);
  expect(read.valid?.spec.alerts).toMatchObject([{ on: 'quality', metric: 'accuracy', worseThan: 0.8 }]);
});

it.each(Object.keys(ALERT_KINDS) as AlertKind[])(
  'an alert on %s has fields in the form for all that it needs',
  (kind) => {
    const needs = kind.endsWith('quality') ? { metric: 'accuracy', worseThan: 0.8 } : {};
    const rule = { name: 'rule', ...BLANK_ALERTS[kind], ...needs };
    const read = readDocument(setInDocument(filled, ['spec', 'alerts', 0], rule), monitorKind);
    expect([read.problems, read.hidden]).toEqual([[], []]);
  },
);

it('drift is shown, and what the form does not have is named and kept', () => {
  const watched = setInDocument(filled, ['spec', 'drift'], BLANK_DRIFT);
  expect(readDocument(watched, monitorKind)).toMatchObject({ problems: [], hidden: [] });
  const counted = setInDocument(watched, ['spec', 'drift', 'window'], BLANK_WINDOWS.predictions);
  expect(readDocument(counted, monitorKind)).toMatchObject({ problems: [], hidden: [] });
  const profile = setInDocument(watched, ['spec', 'drift', 'reference'], { profile: 'training' });
  expect(readDocument(profile, monitorKind).hidden).toEqual(['drift.reference.profile']);
});

it('an estimate is valid once its period is chosen', () => {
  const blank = setInDocument(filled, ['spec', 'estimate'], BLANK_ESTIMATE);
  expect(readDocument(blank, monitorKind).problems.map(({ path }) => path)).toContain('spec.estimate.reference.start');
  const reference = { start: '2026-10-01T00:00:00Z', end: '2026-11-01T00:00:00Z' };
  const read = readDocument(setInDocument(blank, ['spec', 'estimate', 'reference'], reference), monitorKind);
  expect([read.problems, read.hidden]).toEqual([[], []]);
});

it.each(Object.keys(CHANNELS) as Channel[])('a recipient by %s has a field in the form for its address', (channel) => {
  const { field } = RECIPIENTS[channel];
  const address = {
    email: 'ml@example.org',
    slack: 'env:CHAT',
    microsoftTeams: 'env:CHAT',
    webhook: 'https://example.org',
  };
  const blank = setInDocument(filled, ['spec', 'notify'], [BLANK_RECIPIENTS[channel]]);
  expect(readDocument(blank, monitorKind).valid).toBeNull();
  const read = readDocument(setInDocument(blank, ['spec', 'notify', 0, channel, field], address[channel]), monitorKind);
  expect([read.problems, read.hidden]).toEqual([[], []]);
  expect(readChannel(read.valid?.spec.notify[0])).toBe(channel);
});

it('a signing secret of a webhook is named as not shown, and kept', () => {
  const signed = setInDocument(
    filled,
    ['spec', 'notify'],
    [{ webhook: { url: 'https://example.org', secret: 'env:KEY' } }],
  );
  expect(readDocument(signed, monitorKind).hidden).toEqual(['notify.0.webhook.secret']);
});

it.each([
  ['classification', undefined, ['accuracy', 'precision', 'recall', 'f1', 'roc_auc']],
  ['regression', undefined, ['mae', 'rmse']],
  ['ranking', 5, ['ndcg@5', 'recall@5', 'mrr@5']],
])('measures of %s', (kind, k, metrics) => expect(listMetrics(kind, k)).toEqual(metrics));

import { expect, it } from 'vitest';
import { readDocument, setInDocument } from '../document-form/document.ts';
import { ALERT_KINDS, type AlertKind, BLANK_ALERTS, BLANK_DRIFT, listMetrics, monitorKind } from './monitor-kind.ts';
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
  const more = setInDocument(watched, ['spec', 'notify'], [{ slack: { url: 'env:CHAT' } }]);
  expect(readDocument(more, monitorKind).hidden).toEqual(['notify']);
});

it.each([
  ['classification', undefined, ['accuracy', 'precision', 'recall', 'f1', 'roc_auc']],
  ['regression', undefined, ['mae', 'rmse']],
  ['ranking', 5, ['ndcg@5', 'recall@5', 'mrr@5']],
])('measures of %s', (kind, k, metrics) => expect(listMetrics(kind, k)).toEqual(metrics));

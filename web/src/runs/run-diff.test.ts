import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { listColumns, listMetricKeys, readFigure, usualAxes } from './run-columns.ts';
import { computeDelta, computeDiff } from './run-diff.ts';
import { testRun } from './runs.testing.ts';

const a: Run = testRun({
  runId: 'a',
  params: { rank: '8', kind: 'als' },
  metrics: { auc: 0.7, 'auc.n': 9 },
  cost: '0.10',
});
const b: Run = testRun({
  runId: 'b',
  params: { rank: '16', kind: 'als' },
  metrics: { auc: 0.8, loss: null },
  cost: null,
});

describe('the difference of runs', () => {
  it('names what differs, with a gap where a run has none', () => {
    const rows = computeDiff([a, b]).filter((row) => row.differs);
    expect(rows.map(({ section, key, values }) => [section, key, ...values])).toEqual([
      ['Cost', 'Cost', '0.10', null],
      ['Params', 'rank', '8', '16'],
      ['Metrics', 'auc', '0.7', '0.8'],
      ['Metrics', 'loss', null, 'NaN'],
    ]);
  });

  it.each([
    ['0.1', '0.3', { difference: '0.2', ratio: 2 }],
    ['0.3', '0.1', { difference: '-0.2', ratio: -2 / 3 }],
    ['0', '5', { difference: '5', ratio: null }],
    ['1', '1.0', null],
    ['adam', 'sgd', null],
    ['1', null, null],
    ['NaN', '1', null],
    ['', '1', null],
  ])('from %s to %s is %j', (base, value, delta) => {
    const found = computeDelta(base, value);
    expect(found === null ? null : { ...found, ratio: found.ratio?.toFixed(6) ?? null }).toEqual(
      delta === null ? null : { ...delta, ratio: delta.ratio?.toFixed(6) ?? null },
    );
  });
});

describe('the columns of runs', () => {
  it('are costs, metrics and params, each with whether it is a number and varies', () => {
    expect(listColumns([a, b]).map(({ id, numeric, varies }) => [id, numeric, varies])).toEqual([
      ['cost.total', true, true],
      ['durationMs', true, false],
      ['metrics.auc', true, true],
      ['params.kind', false, false],
      ['params.rank', true, true],
    ]);
  });

  it('give no figure for an unknown cost or one in another currency, and never zero', () => {
    expect(readFigure(b, 'cost.total', 'USD')).toBeNull();
    expect(readFigure(a, 'cost.total', 'EUR')).toBeNull();
    expect(readFigure(a, 'cost.total', 'USD')).toBe(0.1);
    expect(readFigure(a, 'params.none', 'USD')).toBeNull();
  });

  it('are drawn as axes where they vary, the metric in view and the cost last', () => {
    expect(usualAxes(listColumns([a, b]), 'auc')).toEqual(['params.rank', 'metrics.auc', 'cost.total']);
  });

  it('keeps the key of a metric whose label has another form', () => {
    const runs = [
      testRun({ metrics: { ndcg_at_10: 0.2 }, cost: '1' }),
      testRun({ metrics: { ndcg_at_10: 0.3 }, cost: '2' }),
    ];
    const columns = listColumns(runs);
    const [key = ''] = listMetricKeys(columns);
    expect([columns.find(({ kind }) => kind === 'metric')?.label, key]).toEqual(['ndcg@10', 'ndcg_at_10']);
    expect(runs.map((run) => run.metrics[key])).toEqual([0.2, 0.3]);
    expect(usualAxes(columns, key)).toContain('metrics.ndcg_at_10');
  });
});

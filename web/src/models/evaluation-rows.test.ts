import { expect, it } from 'vitest';
import type { Evaluation } from '../../../src/mlops/evaluations/schema.ts';
import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { listOutcomeRows, outcomesCsv } from './evaluation-rows.ts';

const correct = { outcome: 'correct', kind: 'binary', mean: 0.82, variance: 0.1476, inflation: null } as const;

const evaluation: Evaluation = {
  ...{ evaluation: 'eva_2', runId: 'a'.repeat(32), name: 'default', version: 2, rows: 2000, sha256: 'b'.repeat(64) },
  ...{ source: 'outcomes.csv', outcomes: [correct], clusters: null, latencyP95Ms: null, cost: null },
  ...{ importedAt: '2026-11-30T00:00:00.000Z', importedBy: 'ada' },
};
const older: Evaluation = { ...evaluation, evaluation: 'eva_1', version: 1 };

const paired = {
  ...{ pairs: 1900, clusters: null, counts: { both: 1500, onlyCandidate: 60, onlyBaseline: 40, neither: 300 } },
  candidate: { mean: 0.821, variance: 0.147 },
  baseline: { mean: 0.8105, variance: 0.154 },
  difference: { mean: 0.0105, variance: 0.0526 },
};

/** A decision whose gate used version 2 of the evaluation. */
function decisionWith(name: string): Pick<DecisionDetail, 'evidence' | 'checks'> {
  const check = {
    ...{ name, side: 'quality', unit: 'accuracy', comparison: '>=', bound: '-0.01', holds: true, n: 1900 },
    ...{ measured: '0.0105', interval: { lower: '0.0001', upper: '0.0209' }, test: 'Tango score interval', source: '' },
  };
  const gate = {
    outcomes: [{ metric: 'accuracy', evaluation: 'eva_2', outcome: 'correct' }],
    pairs: [{ metric: 'accuracy', overlap: 0.95, paired }],
  };
  const evidence = { candidate: { gate }, champion: { version: '4' } };
  return { evidence, checks: [check] } as unknown as Pick<DecisionDetail, 'evidence' | 'checks'>;
}

it('lists the outcomes of the newest version of each evaluation and counts the older ones', () => {
  const other: Evaluation = { ...evaluation, evaluation: 'eva_3', name: 'hard', version: 1 };
  const rows = listOutcomeRows([evaluation, other, older], undefined);
  expect(rows.map((row) => [row.evaluation.evaluation, row.outcome.outcome, row.older])).toEqual([
    ['eva_2', 'correct', 1],
    ['eva_3', 'correct', 0],
  ]);
  expect(rows[0]).toMatchObject({ common: null, difference: null });
});

it('takes the paired difference with the interval of the test of the gate', () => {
  const [row] = listOutcomeRows([evaluation], decisionWith('accuracy non-inferior to @champion'));
  expect(row?.common).toEqual({ pairs: 1900, overlap: 0.95, champion: '4' });
  expect(row?.difference).toEqual({
    ...{ estimate: 0.0105, test: 'Tango score interval' },
    interval: { lower: 0.0001, upper: 0.0209 },
  });
});

it('shows no interval of a relative margin, whose statistic is not the difference', () => {
  const [row] = listOutcomeRows([evaluation], decisionWith('accuracy non-inferior to @champion within 1 %'));
  expect(row?.difference).toEqual({ estimate: 0.0105, interval: null, test: null });
});

it('shows no comparison of another table than the one that the gate used', () => {
  const [row] = listOutcomeRows([older], decisionWith('accuracy non-inferior to @champion'));
  expect(row).toMatchObject({ common: null, difference: null });
});

it('writes exact figures as CSV, and empty cells where a figure is unknown', () => {
  const [, compared] = outcomesCsv(listOutcomeRows([evaluation], decisionWith('accuracy superior to @champion'))).split(
    '\r\n',
  );
  expect(compared).toContain('default,2,correct,binary,0.82,2000,2026-11-30T00:00:00.000Z,1900,4,0.0105,0.0001,0.0209');
  const [, unknown] = outcomesCsv(listOutcomeRows([evaluation], undefined)).split('\r\n');
  expect(unknown).toContain(',,,,,,,');
});

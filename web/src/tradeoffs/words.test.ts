import { describe, expect, it } from 'vitest';
import { describeCascade, listCascadeNotes } from './cascade-text.ts';
import { describeAxes, describeDemand } from './describe-axes.ts';
import { frontierCsv } from './frontier-csv.ts';
import { groupLeftOut } from './left-out-groups.ts';
import { labelPoints } from './point-labels.ts';
import { explainAcceptance, explainStatus, formatStatus } from './status-text.ts';
import { CASCADE_POINT, FRONTIER, frontierPoint } from './tradeoffs.testing.ts';

const on = (version: string, hardware: string) =>
  frontierPoint({ version, status: 'frontier', cost: ['1', null, null], quality: [0.5, null, null], hardware });

describe('names of points', () => {
  it('are the version, with the hardware where a version has several', () => {
    const points = [on('1', 'cpu'), on('2', 'cpu'), on('2', 'gpu')];
    expect([...labelPoints(points).values()]).toEqual(['v1', 'v2, cpu', 'v2, gpu']);
  });

  it('are the ids where version and hardware are the same', () => {
    const points = [on('2', 'cpu'), { ...on('2', 'cpu'), point: 'v2 on cpu, batches of 8' }];
    expect([...labelPoints(points).values()]).toEqual(['v2 on cpu', 'v2 on cpu, batches of 8']);
  });
});

describe('a cascade', () => {
  const labels = labelPoints([CASCADE_POINT]);

  it('is named by its versions, its threshold and the share that escalates', () => {
    expect(labels.get(CASCADE_POINT.point)).toBe('v3 -> v6 (t 0.82, 31\u00a0% escalate)');
    expect(formatStatus({ status: 'tied', by: [CASCADE_POINT.point] }, labels)).toBe('tied with v3 -> v6');
  });

  it('is described with its intervals, and the examples of the fit and of the figures', () => {
    const { cascade } = CASCADE_POINT;
    expect(cascade && describeCascade(cascade)).toBe(
      'Below confidence 0.82 v6 answers: 31\u00a0% of the requests (30\u00a0% to 32\u00a0%). Difference to v6: \u22120.002 (\u22120.006 to 0.002). The threshold was fitted on 4,010 examples; the figures are from 4,000 others.',
    );
  });

  it('that is missing has a note with the reason', () => {
    const pair = { first: '3', last: '6', margin: 0.01, point: null, reason: 'not tested: too few rows' };
    const cascades = { ...FRONTIER.cascades, pairs: [pair], reason: '0 of 1 pairs' };
    expect(listCascadeNotes({ cascades })).toEqual([
      'Cascades: 0 of 1 pairs.',
      'No cascade v3 -> v6: not tested: too few rows.',
    ]);
  });
});

describe('the status of a point', () => {
  const labels = new Map([
    ['a', 'v1'],
    ['b', 'v2'],
    ['c', 'v3'],
  ]);
  it.each([
    ['frontier', [], 'frontier', 'No other point is better and not more expensive.'],
    ['dominated', ['a'], 'dominated by v1', 'v1 is better and not more expensive.'],
    ['dominated', ['a', 'b'], 'dominated by v1 +1', 'v1 and v2 are better and not more expensive.'],
    ['tied', ['c'], 'tied with v3', 'Statistically tied with v3, which is not more expensive.'],
    [
      'tied',
      ['a', 'b', 'c'],
      'tied with v1 +2',
      'Statistically tied with v1, v2 and 1 more, which are not more expensive.',
    ],
  ] as const)('%s by %s reads: %s', (status, by, short, long) => {
    expect(formatStatus({ status, by: [...by] }, labels)).toBe(short);
    expect(explainStatus({ status, by: [...by] }, labels)).toBe(long);
  });

  it('lists the rules of the policy that do not pass', () => {
    expect(explainAcceptance(null)).toBe('No policy was chosen.');
    expect(explainAcceptance({ result: 'accepted', rules: [] })).toBe('All rules of the policy pass.');
    const rule = { name: 'accuracy floor', reason: '0.7, required >= 0.75', samplesNeeded: null };
    expect(explainAcceptance({ result: 'rejected', rules: [{ ...rule, result: 'fails' }] })).toBe(
      'accuracy floor fails: 0.7, required >= 0.75',
    );
  });
});

it('has the versions and the threshold of a cascade in the CSV', () => {
  const [header = '', row = ''] = frontierCsv({ ...FRONTIER, points: [CASCADE_POINT] }).split(/\r?\n/);
  expect(header.endsWith('acceptAtConfidence,escalated')).toBe(true);
  expect(row).toContain('v3 -> v6 below confidence 0.82,3 -> 6,');
  expect(row.endsWith(',0.82,0.31')).toBe(true);
});

it('groups versions that are left out for one reason', () => {
  const leftOut = (version: string, missing: 'cost' | 'quality', reason: string) => ({
    ...{ version, missing, reason, hardware: null },
  });
  const groups = groupLeftOut([leftOut('3', 'cost', 'x'), leftOut('2', 'quality', 'x'), leftOut('1', 'cost', 'x')]);
  expect(groups.map(({ versions, missing }) => [versions, missing])).toEqual([
    [['3', '1'], 'cost'],
    [['2'], 'quality'],
  ]);
  const runs = ['a', 'b'].map((digit, at) =>
    leftOut(String(at), 'quality', `no evaluation "default" (run ${digit.repeat(32)}); import it`),
  );
  expect(groupLeftOut(runs)).toMatchObject([{ versions: ['0', '1'], reason: 'no evaluation "default"; import it' }]);
});

describe('the axes', () => {
  it('name direction, demand and evaluation', () => {
    expect(describeAxes(FRONTIER, null)).toBe(
      'Up is better, left is cheaper. Cost at 10,000,000 predictions a month, stated. Evaluation default, 95\u00a0% intervals.',
    );
    expect(describeDemand({ ...FRONTIER.costAxis, demand: null })).toBeNull();
    const demand = { source: 'recorded' as const, predictionsPerMonth: 500, days: 7 };
    expect(describeDemand({ ...FRONTIER.costAxis, demand })).toBe(
      '500 predictions a month, recorded traffic of 7 days',
    );
  });
});

it('writes the points with exact figures as CSV, unknown ends empty', () => {
  const [header, v5, v3] = frontierCsv(FRONTIER).split('\r\n');
  const column = (row: string | undefined, name: string) => row?.split(',')[header?.split(',').indexOf(name) ?? -1];
  expect([column(v5, 'costPerMonth'), column(v5, 'costLower'), column(v5, 'tradePriceTo')]).toEqual([
    '49.86',
    '47.1',
    '20.5',
  ]);
  expect([column(v3, 'costLower'), column(v3, 'by'), column(v3, 'tradePriceFrom')]).toEqual([
    '',
    'v5 on 1 x cpu-core',
    '',
  ]);
});

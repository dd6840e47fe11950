import { describe, expect, it } from 'vitest';
import { describeAxes, describeDemand } from './describe-axes.ts';
import { frontierCsv } from './frontier-csv.ts';
import { groupLeftOut } from './left-out-groups.ts';
import { labelPoints } from './point-labels.ts';
import { explainAcceptance, explainStatus, formatStatus } from './status-text.ts';
import { FRONTIER, frontierPoint } from './tradeoffs.testing.ts';

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
    ['tied', ['c'], 'tied with v3', 'Cannot be told apart from v3, which is not more expensive.'],
    [
      'tied',
      ['a', 'b', 'c'],
      'tied with v1 +2',
      'Cannot be told apart from v1, v2 and 1 more, which are not more expensive.',
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

import { expect, it } from 'vitest';
import { budgetsStatus, judgeBudget, rankBudgets, readBullet } from './budget-summary.ts';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const budget = (
  name: string,
  state: 'ok' | 'warned' | 'over' | 'unknown',
  spent: string | null,
  forecast: string | null,
) => ({
  name,
  state,
  limit: usd('100'),
  spent: spent === null ? null : usd(spent),
  forecast: forecast === null ? null : usd(forecast),
});

it.each([
  [budget('a', 'over', '101', '120'), 'exceeded'],
  [budget('a', 'warned', '85', '90'), 'at risk'],
  [budget('a', 'ok', '10', '100.01'), 'at risk'],
  [budget('a', 'ok', '10', '100'), 'within'],
  [budget('a', 'unknown', null, null), 'unknown'],
] as const)('judges %o as %s', (one, risk) => expect(judgeBudget(one)).toBe(risk));

it('ranks the gravest first, then by the share that is spent or forecast', () => {
  const lines = rankBudgets([
    budget('within', 'ok', '10', '20'),
    budget('nothing known', 'unknown', null, null),
    budget('risk', 'ok', '50', '130'),
    budget('over', 'over', '101', null),
    budget('closer', 'ok', '10', '90'),
  ]);
  expect(lines.map(({ budget: { name }, ratio }) => [name, ratio])).toEqual([
    ['over', 1.01],
    ['risk', 1.3],
    ['closer', 0.9],
    ['within', 0.2],
    ['nothing known', null],
  ]);
  expect(budgetsStatus(lines).word).toBe('Exceeded');
  expect(budgetsStatus(lines.slice(1)).word).toBe('At risk');
  expect(budgetsStatus([]).word).toBe('No budget');
});

it.each([
  [budget('within', 'ok', '50', '80'), { spent: 37.5, forecast: 60, limit: 75 }],
  [budget('far over', 'over', '200', null), { spent: 100, forecast: 0, limit: 50 }],
  [budget('credit', 'ok', '-10', null), { spent: 0, forecast: 0, limit: 75 }],
  [
    { ...budget('no limit', 'over', '10', null), limit: usd('0') },
    { spent: 0, forecast: 0, limit: 75 },
  ],
])('places the figures of %o', (one, places) => expect(readBullet(one)).toEqual(places));

import { expect, it } from 'vitest';
import { createSpending } from './spending.ts';

it('needs all money while no trial has run to its end', () => {
  const spending = createSpending(100, 4);
  spending.report(0, 1);
  expect(spending.isNeededByOthers(0)).toBe(true);
  spending.end(0, false);
  spending.report(1, 1);
  expect(spending.isNeededByOthers(1)).toBe(true);
});

it.each<[budget: number, isNeeded: boolean, why: string]>([
  [100, false, '85 are left, and two trials need 20'],
  [35, false, '20 are left, and two trials need 20'],
  [34, true, '19 are left, and two trials need 20'],
])('with a budget of %d says %s: %s', (budget, isNeeded) => {
  const spending = createSpending(budget, 4);
  spending.report(0, 10);
  spending.end(0, true);
  spending.report(1, 5);
  expect(spending.isNeededByOthers(1)).toBe(isNeeded);
});

it('counts what trials beside this one still need', () => {
  const spending = createSpending(26, 3);
  spending.report(0, 10);
  spending.end(0, true);
  spending.report(1, 4);
  spending.report(2, 6);
  // 6 are left: trial 1 needs 6 more, trial 2 needs 4 more.
  expect([spending.isNeededByOthers(1), spending.isNeededByOthers(2)]).toEqual([false, false]);
  spending.report(2, 7);
  expect([spending.isNeededByOthers(1), spending.isNeededByOthers(2)]).toEqual([false, true]);
});

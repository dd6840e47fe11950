import { describe, expect, it } from 'vitest';
import { seeded } from '../../../testing/random.ts';
import { goesOnByAsha, type Progress } from '../early-stopping/schema.ts';
import { createSpending } from './schema.ts';

it('counts a whole trial as no cheaper than the dearest so far while none has run to its end', () => {
  const spending = createSpending(100, 4);
  spending.report(0, 10);
  spending.report(1, 10);
  // 80 are left, and the two trials to come need 20 at least.
  expect(spending.isNeededByOthers(1)).toBe(false);
  spending.report(0, 26);
  spending.report(1, 26);
  // 48 are left, and the two trials to come need 52 at least.
  expect(spending.isNeededByOthers(1)).toBe(true);
});

it.each<[budget: number, isNeeded: boolean, why: string]>([
  [100, false, '85 are left, and two trials need 20'],
  [35, false, '20 are left, and two trials need 20'],
  [34, true, '19 are left, and two trials need 20'],
])('with a budget of %d says %s: %s', (budget, isNeeded) => {
  const spending = createSpending(budget, 4);
  spending.report(0, 10);
  spending.end(0);
  spending.report(1, 5);
  expect(spending.isNeededByOthers(1)).toBe(isNeeded);
});

it('counts what trials beside this one still need', () => {
  const spending = createSpending(26, 3);
  spending.report(0, 10);
  spending.end(0);
  spending.report(1, 4);
  spending.report(2, 6);
  // 6 are left: trial 1 needs 6 more, trial 2 needs 4 more.
  expect([spending.isNeededByOthers(1), spending.isNeededByOthers(2)]).toEqual([false, false]);
  spending.report(2, 7);
  expect([spending.isNeededByOthers(1), spending.isNeededByOthers(2)]).toEqual([false, true]);
});

const PRICE_PER_SECOND = 3.06 / 3600;
const TRIALS = 6;
const REPORT_SECONDS = 2;

/** Simulates a sweep by the default rule with trials of `length` seconds, on a simulated clock; spending in USD. */
function simulate(question: { budget: number; parallel: number; length: number; next: () => number }) {
  const { budget, parallel, length, next } = question;
  const spending = createSpending(budget, TRIALS);
  const asha = { firstRung: budget / TRIALS / 4, eta: 3, goal: 'max' } as const;
  const progress = new Map<number, Progress>();
  const running = new Map<number, { value: number; seconds: number }>();
  let [begun, spent, finished, early] = [0, 0, 0, 0];
  while (spent < budget) {
    while (running.size < parallel && begun < TRIALS) running.set(begun++, { value: next(), seconds: 0 });
    if (running.size === 0) break;
    for (const [trial, one] of running) {
      const seconds = Math.min(REPORT_SECONDS, length - one.seconds, (budget - spent) / PRICE_PER_SECOND);
      one.seconds += seconds;
      spent += seconds * PRICE_PER_SECOND;
      const own = one.seconds * PRICE_PER_SECOND;
      const points = [...(progress.get(trial)?.points ?? []), { spent: own, value: one.value }];
      progress.set(trial, { trial, points });
      spending.report(trial, own);
      const isWhole = one.seconds >= length;
      const goesOn = goesOnByAsha({ trial, points }, [...progress.values()], asha) || !spending.isNeededByOthers(trial);
      if (!isWhole && goesOn) continue;
      running.delete(trial);
      spending.end(trial);
      if (isWhole) finished += 1;
      else early += 1;
    }
  }
  return { spentRatio: spent / budget, finished, early };
}

describe('six trials at 3.06 USD/h', () => {
  const cases = [0.05, 0.1, 0.5].flatMap((budget) => [1, 2, 3].map((parallel): [number, number] => [budget, parallel]));
  it.each(cases)('spend 0.9 of a budget of %f USD or all finish, %i at a time', (budget, parallel) => {
    const next = seeded(7);
    for (let draw = 0; draw < 40; draw += 1) {
      // From a tenth of a fair share of the budget to twice that.
      const length = (budget / PRICE_PER_SECOND / TRIALS) * (0.1 + 1.9 * next());
      const { spentRatio, finished, early } = simulate({ budget, parallel, length, next });
      if (finished < TRIALS) expect(spentRatio, `${length} s`).toBeGreaterThanOrEqual(0.9);
      if (length * TRIALS * PRICE_PER_SECOND <= budget)
        expect({ finished, early }).toEqual({ finished: TRIALS, early: 0 });
    }
  });
});

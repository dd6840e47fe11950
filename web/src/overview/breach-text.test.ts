import { describe, expect, it } from 'vitest';
import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { breachText } from './breach-text.ts';

const breach = (probability: number) => ({ probability }) as NonNullable<LedgerForecast['breach']>;
const budget = (name: string, probability: number | null) => ({
  level: 'budget' as const,
  budget: name,
  breach: probability === null ? null : breach(probability),
});

describe('the sentence of budgets that will be passed', () => {
  it.each([
    [
      'names them, the likeliest first',
      [budget('a', 0.6), budget('b', 0.2), budget('c', 0.995)],
      '2 of 3 budgets likely to be exceeded: c (over 99\u00a0%), a (60\u00a0%).',
    ],
    ['says that there is none', [budget('a', 0.49)], 'No budget is likely to be exceeded.'],
    [
      'counts no budget without a forecast',
      [budget('a', null), budget('b', 0.5)],
      '1 of 1 budget likely to be exceeded: b (50\u00a0%).',
    ],
    ['is none without budgets, whatever else is forecast', [{ ...budget('a', 0.9), level: 'team' as const }], null],
  ])('%s', (_, forecasts, text) => {
    expect(breachText(forecasts)).toBe(text);
  });
});

import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { LIKELY, probabilityText } from '../forecasts/words.ts';
import { counted } from '../format/number.ts';

type Budgeted = Pick<LedgerForecast, 'level' | 'budget' | 'breach'>;

/**
 * Which budgets will more probably be passed than not, the likeliest first; null where no budget is forecast.
 * Example: `1 of 3 budgets will probably be passed: search (83 %).`
 */
export function breachText(forecasts: readonly Budgeted[]): string | null {
  const budgets = forecasts.filter(({ level, breach }) => level === 'budget' && breach !== null);
  if (budgets.length === 0) return null;
  const likely = budgets
    .flatMap(({ budget, breach }) => (breach === null ? [] : [{ budget, probability: breach.probability }]))
    .filter(({ probability }) => probability >= LIKELY)
    .toSorted((one, other) => other.probability - one.probability);
  if (likely.length === 0) return 'No budget is likely to be exceeded.';
  const names = likely.map(({ budget, probability }) => `${budget} (${probabilityText(probability)})`);
  return `${likely.length} of ${counted(budgets.length, 'budget')} likely to be exceeded: ${names.join(', ')}.`;
}

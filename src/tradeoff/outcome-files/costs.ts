import { AppError } from '../../platform/errors/index.ts';
import { decimal, decimalString, type Money } from '../../platform/units/schema.ts';
import type { CandidateOutcomes } from './read-outcomes.ts';

const CALLS = 1000;
/** A mean of costs is an estimate: digits beyond are rounding errors. */
const SIGNIFICANT_DIGITS = 12;

/** Cost of each call of a candidate, in its currency; NaN where it is unknown. Null without price and cost column. */
export function listCosts({ cost, pricePerThousand, quality }: CandidateOutcomes): Float64Array | null {
  if (cost !== null) return cost;
  if (pricePerThousand === null) return null;
  return new Float64Array(quality.length).fill(Number(pricePerThousand) / CALLS);
}

/** Mean cost for 1,000 calls, as money of 12 significant digits. */
export function toCostPerThousand(costs: Float64Array, currency: string): Money {
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  return { amount: decimalString(decimal(mean * CALLS).toSignificantDigits(SIGNIFICANT_DIGITS)), currency };
}

/** The currency of all candidates. Error: `currency_mismatch`. */
export function findCurrency(candidates: readonly CandidateOutcomes[]): string {
  const currencies = [...new Set(candidates.map(({ currency }) => currency))];
  const [currency = 'USD'] = currencies;
  if (currencies.length <= 1) return currency;
  const detail = `The candidates have costs in ${currencies.join(' and ')}. Convert them to one currency.`;
  throw new AppError('currency_mismatch', detail, { currencies });
}

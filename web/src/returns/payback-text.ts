import type { Payback } from '../../../src/tradeoff/returns/schema.ts';
import { formatDate } from '../format/time.ts';

/** The payback in a few words; null when there is no date. Example: "3 Nov 2026", "about 4 Dec 2026". */
export function formatPayback({ state, date }: Pick<Payback, 'state' | 'date'>): string | null {
  if (date === null) return null;
  return state === 'projected' ? `about ${formatDate(date)}` : formatDate(date);
}

/** The range of a projected payback; null for other ones. */
export function formatPaybackRange({ state, earliest, latest }: Pick<Payback, 'state' | 'earliest' | 'latest'>) {
  if (state !== 'projected' || earliest === null) return null;
  return `${formatDate(earliest)} to ${latest === null ? 'open' : formatDate(latest)}`;
}

/** Order of paybacks: dates first, the earliest first; then those without a date. */
export function comparePaybacks(one: Pick<Payback, 'date'>, other: Pick<Payback, 'date'>): number {
  return (one.date ?? '9').localeCompare(other.date ?? '9');
}

import type { Breach, LedgerBacktest, LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { DAY_MS } from '../../../src/platform/units/durations.ts';
import { formatPercent } from '../format/number.ts';
import { formatDay } from '../format/time.ts';

export type Level = LedgerForecast['level'];

export const LEVELS: readonly { readonly value: Level; readonly label: string }[] = [
  { value: 'budget', label: 'Budgets' },
  { value: 'team', label: 'Teams' },
  { value: 'project', label: 'Projects' },
  { value: 'model', label: 'Models' },
  { value: 'endpoint', label: 'Endpoints' },
  { value: 'service', label: 'Services' },
];

export const NO_LIMIT = 'No budget covers exactly this scope in this window.';
export const NOT_TRIED = 'Too short for a back-test.';

/** `everything`, `team search`, `unallocated cost`, `cost without a model`. */
export function subjectName({ level, key }: Pick<LedgerForecast, 'level' | 'key'>): string {
  if (level === 'total') return 'everything';
  if (level === 'team' && key === null) return 'unallocated cost';
  return key === null ? `cost without ${level === 'endpoint' ? 'an' : 'a'} ${level}` : `${level} ${key}`;
}

/** In a table of one level: `search`, `no team`. */
export function rowName({ level, key }: Pick<LedgerForecast, 'level' | 'key'>): string {
  if (level === 'total') return 'Everything';
  if (key === null) return level === 'team' ? 'unallocated' : `no ${level}`;
  return key.endsWith('/') ? `${key}(no project)` : key;
}

/** `83 %`; never 0 or 100 % while both outcomes are possible. */
export function probabilityText(probability: number): string {
  if (probability > 0 && probability < 0.01) return 'under 1\u00a0%';
  if (probability < 1 && probability > 0.99) return 'over 99\u00a0%';
  return `${Math.round(probability * 100)}\u00a0%`;
}

/** Probability below which the text states only the chance to exceed the budget. */
export const UNLIKELY = 0.1;

/**
 * Chance to exceed the limit with its days: `5 % chance to exceed, earliest about 29 Nov`; `83 % chance to exceed, about
 * 27 Nov (24 Nov to 30 Nov)`.
 */
export function chanceText({ probability, day, firstDay, lastDay }: Breach): string {
  // None of the simulated paths exceeds it, which is no proof.
  const share = probability === 0 ? 'under 1\u00a0%' : probabilityText(probability);
  const chance = `${share} chance to exceed`;
  if (day === null || firstDay === null || lastDay === null || probability === 0) return chance;
  if (probability < LIKELY) return `${chance}, earliest about ${formatDay(firstDay)}`;
  const range = firstDay === lastDay ? '' : ` (${formatDay(firstDay)} to ${formatDay(lastDay)})`;
  return `${chance}, about ${formatDay(day)}${range}`;
}

/** `8 %`, of the sum of the days to come. */
export function errorText({ totalErrorRatio }: Pick<LedgerBacktest, 'totalErrorRatio'>): string | null {
  return totalErrorRatio === null ? null : formatPercent(totalErrorRatio * 100);
}

/** `4 % over`, `12 % under`, `on`. */
export function overText(overRatio: number): string {
  const percent = formatPercent(Math.abs(overRatio) * 100);
  return percent.startsWith('0') ? 'on' : `${percent} ${overRatio > 0 ? 'over' : 'under'}`;
}

/** The last day of a window, which is half-open: `2026-11-30`. */
export function findLastDay({ window }: Pick<LedgerForecast, 'window'>): string {
  return new Date(Date.parse(window.end) - DAY_MS).toISOString().slice(0, 10);
}

/** Probability from which a budget is likely to be exceeded. */
export const LIKELY = 0.5;

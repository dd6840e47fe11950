import type { LedgerBacktest, LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { DAY_MS } from '../../../src/platform/units/durations.ts';
import { formatPercent } from '../format/number.ts';

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

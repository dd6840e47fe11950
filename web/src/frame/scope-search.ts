import { z } from 'zod';
import { Month, MonthOrDay } from '../../../src/platform/units/schema.ts';
import { type DateRange, readRange } from './date-range.ts';
import { COMPARISONS } from './date-range-compare.ts';

const end = MonthOrDay.optional().catch(undefined);

/** URL parameters of every page: the date range, its comparison, and the team. */
export const ScopeSearch = z.object({
  /** One billing month, `all` for every month; the newest month with a whole day when nothing is named. */
  period: z
    .union([Month, z.literal('all')])
    .optional()
    .catch(undefined),
  /** A range of billing months or UTC days, both ends included; it replaces `period`. */
  from: end,
  to: end,
  /** Comparison of the range; none when left out. */
  compare: z.enum(COMPARISONS).optional().catch(undefined),
  /** The compared range of a custom comparison. */
  beforeFrom: end,
  beforeTo: end,
  team: z.string().min(1).max(250).optional().catch(undefined),
});
export type ScopeSearch = z.infer<typeof ScopeSearch>;

/** Parameters that change together: a link that names one of a group replaces the whole group. */
const GROUPS: readonly (readonly (keyof ScopeSearch)[])[] = [
  ['period', 'from', 'to'],
  ['compare', 'beforeFrom', 'beforeTo'],
  ['team'],
];

/**
 * The parameters of the next address with those of the frame that it does not name.
 *
 * @example retainScope({ from: '2026-11-01', to: '2026-11-07', team: 'search' }, { period: '2026-10' })
 * // { period: '2026-10', team: 'search' }
 */
export function retainScope<T extends object>(before: Partial<ScopeSearch>, next: T): T {
  const kept = GROUPS.filter((group) => !group.some((key) => key in next)).flatMap((group) =>
    group.flatMap((key) => (before[key] === undefined ? [] : [[key, before[key]] as const])),
  );
  return { ...next, ...Object.fromEntries(kept) };
}

/**
 * The range that the address names. Without one: the month shown by default. `period=all` has no range, so that every
 * bill counts.
 */
export function toScopeRange(
  { period, from, to }: Pick<ScopeSearch, 'period' | 'from' | 'to'>,
  shown: string | undefined,
): DateRange | undefined {
  const named = readRange(from, to);
  if (named !== undefined) return named;
  const month = period ?? shown;
  return month === undefined || month === 'all' ? undefined : { from: month, to: month };
}

import { formatDate } from '../format/time.ts';
import { type FilterGroup, filterGroups } from './filters/filter-text.ts';
import { formatFilter } from './filters/format-filter.ts';

/**
 * Scope of the sum in the headline: the period, or the one day that a filter leaves of it, and the other filters.
 *
 * @example headlineScope('in November 2026', ['day=2026-11-14', 'serviceName=S3']) // 'on 14 Nov 2026 where service is S3'
 */
export function headlineScope(period: string, filters: readonly string[]): string {
  const groups = filterGroups(filters);
  const day = groups.map(onlyDay).find((one) => one !== null) ?? null;
  const others = groups.filter((group) => day === null || onlyDay(group) === null).map(formatFilter);
  const when = day === null ? period : `on ${formatDate(`${day}T00:00:00Z`)}`;
  return others.length === 0 ? when : `${when} where ${others.map(lowerFirst).join(' and ')}`;
}

/** The single day of a filter; null where it has more or none. */
function onlyDay({ dimension, isNot, values }: FilterGroup): string | null {
  const [value] = values;
  const isOne = dimension === 'day' && !isNot && values.length === 1 && value?.isPrefix === false;
  return isOne ? (value?.text ?? null) : null;
}

function lowerFirst(text: string): string {
  return text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

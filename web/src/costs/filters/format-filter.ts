import { dimensionLabel, dimensionValue } from '../../format/dimension.ts';
import { formatDay, formatMonth } from '../../format/time.ts';
import { slotLabel } from '../slots.ts';
import type { FilterGroup, FilterValue } from './filter-text.ts';

/** More values than this are counted, so that a chip stays a line. */
const MAX_NAMED = 3;

/** A filter as text: `Service is Amazon EC2 or Amazon S3`, `Team is not search`, `SKU ID begins with BoxUsage`. */
export function formatFilter({ dimension, isNot, values }: FilterGroup): string {
  const label = dimensionLabel(dimension);
  const [only] = values;
  if (isNot && values.length === 1 && only?.text === null) return `${label} has a value`;
  const exact = values.filter(({ isPrefix }) => !isPrefix).map((value) => formatValue(dimension, value));
  const prefixes = values.filter(({ isPrefix }) => isPrefix).map(({ text }) => text ?? '');
  const parts = [
    exact.length > 0 && `${isNot ? 'is not' : 'is'} ${listed(exact)}`,
    prefixes.length > 0 && `${isNot ? 'does not begin' : 'begins'} with ${listed(prefixes)}`,
  ].filter((part) => part !== false);
  return `${label} ${parts.join(isNot ? ' and ' : ' or ')}`;
}

function formatValue(dimension: string, { text }: FilterValue): string {
  if (text === null) return dimensionValue(dimension, null);
  if (dimension === 'day') return formatDay(text);
  if (dimension === 'week') return slotLabel(text);
  return dimension === 'month' ? formatMonth(text) : text;
}

function listed(values: readonly string[]): string {
  if (values.length > MAX_NAMED + 1)
    return `${values.slice(0, MAX_NAMED).join(', ')} or ${values.length - MAX_NAMED} more`;
  return values.length === 1 ? (values[0] ?? '') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

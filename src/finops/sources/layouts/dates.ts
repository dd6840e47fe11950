import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Instant } from '../../../platform/units/index.ts';
import type { ChargeDates } from '../../billing/index.ts';

/**
 * Parses an instant in any format used by producers: `2025-12-28T13:14:37.728Z`, `20260801T060000Z`,
 * `20180801T000000.000Z`, `2025-03-01T00:00:00` (UTC), `202301041442`. Null for other text.
 */
export function parseInstant(text: string): Instant | null {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?:T?(\d\d):?(\d\d)(?::?(\d\d))?(?:\.(\d{1,3})\d*)?)?(?:Z|\+00:00)?$/.exec(
    text,
  );
  if (match === null) return null;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = Number((match[7] ?? '').padEnd(3, '0'));
  const instant = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, fraction);
  const isReal = new Date(instant).getUTCDate() === day && new Date(instant).getUTCMonth() + 1 === month;
  return isReal ? instant : null;
}

/** `YYYY-MM` of an instant, UTC. */
export function formatMonth(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 7);
}

/** From the first to the last day, both inclusive, as a half-open range. */
export function buildChargeDates(first: Instant, last: Instant): ChargeDates {
  return { from: formatDay(first), to: formatDay(last + DAY_MS) };
}

/** True when `outer` contains every date of `inner`; null is the whole period. */
export function containsDates(outer: ChargeDates | null, inner: ChargeDates | null): boolean {
  if (outer === null) return true;
  return inner !== null && outer.from <= inner.from && inner.to <= outer.to;
}

/**
 * `20230101-20230131`, the name of a folder for one period. Azure includes the last day; with AWS the end is exclusive.
 */
export function parseDateFolder(segment: string): { readonly first: Instant; readonly last: Instant } | null {
  const match = /^(\d{8})-(\d{8})$/.exec(segment);
  const first = parseInstant(match?.[1] ?? '');
  const last = parseInstant(match?.[2] ?? '');
  return first === null || last === null ? null : { first, last };
}

function formatDay(instant: Instant): string {
  return new Date(instant).toISOString().slice(0, 10);
}

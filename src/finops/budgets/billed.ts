import { type Instant, monthPeriod, sumDecimals } from '../../platform/units/index.ts';
import type { AllocatedCosts, Costs } from '../costs/index.ts';
import type { BudgetSpec } from './schema.ts';
import type { Window } from './window.ts';

/** What bills say was spent in a window. */
export type Billed = { readonly deliveries: readonly string[] } & (
  | { readonly amount: string; readonly reason: null }
  | { readonly amount: null; readonly reason: string }
);

const DAY_MS = 24 * 3_600_000;
const EFFECTIVE = 'effectiveCost';

/**
 * What bills say was spent of a budget in each of its windows. Of a window of whole calendar months (UTC) the billing months
 * are added up; of any other that begins and ends at midnight UTC the charge days. The amount is zero when bills cover the
 * window and hold nothing of the subject; null when none does, when no rule can assign cost to the subject, when one of its months before the last billed one is missing,
 * when part of it is in another currency, and when the window cuts a day, which bills do not part.
 */
export async function billedIn(
  costs: Pick<Costs, 'allocatedOver'>,
  { subject, currency }: Pick<BudgetSpec, 'subject' | 'currency'>,
  windows: readonly Window[],
): Promise<Billed[]> {
  const [first] = windows;
  if (first === undefined) return [];
  if (!windows.every(isOfDays)) return windows.map(() => unknown('Its window begins or ends within a day in UTC.'));
  const by = windows.every(isOfMonths) ? 'month' : 'day';
  const from = dayOf(windows.reduce((least, { start }) => Math.min(least, start), first.start));
  const to = dayOf(windows.reduce((most, { end }) => Math.max(most, end), first.end) - 1);
  const length = by === 'month' ? 'YYYY-MM'.length : 'YYYY-MM-DD'.length;
  const range = { by, from: from.slice(0, length), to: to.slice(0, length) } as const;
  const allocated = await costs.allocatedOver(subject, range, EFFECTIVE);
  return windows.map((window) => billedOf(allocated, currency, window, by === 'day'));
}

function billedOf(
  { rows, deliveries, through, unassigned }: AllocatedCosts,
  currency: string,
  window: Window,
  isByDay: boolean,
): Billed {
  const [from, to] = [dayOf(window.start), dayOf(window.end - 1)];
  const months = [...deliveries.keys()].filter((month) => month >= monthOf(from) && month <= monthOf(to)).toSorted();
  const missing = missingMonth(months, from);
  if (missing !== null) return unknown(`No bill covers ${missing}.`);
  if (isByDay && (through ?? '') < from) return unknown('No bill reaches its window yet.');
  const inside = rows.filter(({ at }) => (isByDay ? at >= from && at <= to : at >= monthOf(from) && at <= monthOf(to)));
  if (inside.length === 0 && unassigned !== null)
    return unknown(`No rule assigns cost to ${unassigned.field} "${unassigned.value}".`);
  const other = inside.find((row) => row.currency !== currency);
  if (other !== undefined) return unknown(`Part of it is billed in ${other.currency}.`);
  return {
    amount: sumDecimals(inside.map(({ amount }) => amount)),
    reason: null,
    deliveries: [...new Set(months.flatMap((month) => deliveries.get(month) ?? []))].toSorted(),
  };
}

/** The first month without a bill from that of `from` to the last billed one; null when there is none. */
function missingMonth(billed: readonly string[], from: string): string | null {
  const [earliest] = billed;
  // A budget that is given once and says no beginning begins with the first bill.
  const first = from.startsWith('0001') ? earliest : monthOf(from);
  if (first === undefined || earliest === undefined) return monthOf(from);
  let expected = first;
  for (const month of billed) {
    if (month !== expected) return expected;
    expected = monthPeriod(month).end.slice(0, 'YYYY-MM'.length);
  }
  return null;
}

function unknown(reason: string): Billed {
  return { amount: null, reason, deliveries: [] };
}

function isOfDays({ start, end }: Window): boolean {
  return start % DAY_MS === 0 && end % DAY_MS === 0;
}

function isOfMonths(window: Window): boolean {
  return isOfDays(window) && [window.start, window.end].every((edge) => new Date(edge).getUTCDate() === 1);
}

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function monthOf(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}

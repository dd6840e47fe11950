import { type Instant, monthPeriod, sumDecimals } from '../../platform/units/index.ts';
import { DEFAULT_METRIC } from '../billing/schema.ts';
import { type AllocatedCosts, type AmountToDate, type Costs, earliestDay } from '../costs/index.ts';
import type { BudgetSpec } from './schema.ts';
import type { Window } from './window.ts';

/** What bills say was spent in a window: every charge that was received, and how much of it by the last whole day. */
export type Billed = { readonly deliveries: readonly string[] } & (
  | { readonly amount: string; readonly reason: null; readonly toDate: SpentToDate | null }
  | { readonly amount: null; readonly reason: string; readonly toDate: null }
);

/** `amount` + `later` is all that was received. */
interface SpentToDate extends AmountToDate {
  /** Last day of the window that every source has delivered whole. */
  readonly through: string;
}

const DAY_MS = 24 * 3_600_000;

/**
 * What bills say was spent of a budget in each of its windows: the effective cost of the charges that begin on its days (UTC),
 * whatever billing month they are in. The amount is zero when bills cover the window and hold nothing of the subject; null when
 * none does, when one of its months before the last billed one is missing, when part of it is in another currency, when no row
 * states its effective cost, when no rule can assign cost to the subject, and when the window cuts a day, which bills do not part.
 */
export async function billedIn(
  costs: Pick<Costs, 'allocatedOver'>,
  { subject, currency }: Pick<BudgetSpec, 'subject' | 'currency'>,
  windows: readonly Window[],
): Promise<Billed[]> {
  const [first] = windows;
  if (first === undefined) return [];
  if (!windows.every(isOfDays)) return windows.map(() => unknown('Its window begins or ends within a day in UTC.'));
  const from = dayOf(windows.reduce((least, { start }) => Math.min(least, start), first.start));
  const to = dayOf(windows.reduce((most, { end }) => Math.max(most, end), first.end) - 1);
  const allocated = await costs.allocatedOver(subject, { from, to }, DEFAULT_METRIC);
  return windows.map((window) => billedOf(allocated, currency, window));
}

function billedOf(
  { rows, unstatedDays, deliveries, through, wholeThrough, unassigned }: AllocatedCosts,
  currency: string,
  window: Window,
): Billed {
  const [from, to] = [dayOf(window.start), dayOf(window.end - 1)];
  const months = [...deliveries.keys()].filter((month) => month >= monthOf(from) && month <= monthOf(to)).toSorted();
  const missing = missingMonth(months, from);
  if (missing !== null) return unknown(`No bill covers ${missing}.`);
  if ((through ?? '') < from) return unknown('No bill reaches its window yet.');
  const isInside = (day: string) => day >= from && day <= to;
  const inside = rows.filter(({ day }) => isInside(day));
  if (inside.length === 0 && unstatedDays.some(isInside)) return unknown('The bill states no EffectiveCost for it.');
  if (inside.length === 0 && unassigned !== null)
    return unknown(`No rule assigns cost to ${unassigned.field} "${unassigned.value}".`);
  const other = inside.find((row) => row.currency !== currency);
  if (other !== undefined) return unknown(`Part of it is billed in ${other.currency}.`);
  return {
    amount: sumDecimals(inside.map(({ amount }) => amount)),
    reason: null,
    toDate: spentToDate(inside, window, wholeThrough),
    deliveries: [...new Set(months.flatMap((month) => deliveries.get(month) ?? []))].toSorted(),
  };
}

function spentToDate(
  inside: AllocatedCosts['rows'],
  { start, end }: Window,
  wholeThrough: string | null,
): SpentToDate | null {
  if (wholeThrough === null || wholeThrough < dayOf(start)) return null;
  const through = earliestDay(wholeThrough, dayOf(end - 1));
  const sum = (isWanted: (day: string) => boolean) =>
    sumDecimals(inside.filter(({ day }) => isWanted(day)).map(({ amount }) => amount));
  return { through, amount: sum((day) => day <= through), later: sum((day) => day > through) };
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
  return { amount: null, reason, toDate: null, deliveries: [] };
}

function isOfDays({ start, end }: Window): boolean {
  return start % DAY_MS === 0 && end % DAY_MS === 0;
}

function dayOf(at: Instant): string {
  return new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function monthOf(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}

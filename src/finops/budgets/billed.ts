import { DAY_MS } from '../../platform/units/durations.ts';
import { decimalString, type Instant, sumDecimals, toMonthPeriod } from '../../platform/units/index.ts';
import { DEFAULT_METRIC } from '../billing/schema.ts';
import type { AllocatedCosts } from '../costs/index.ts';
import { type AmountToDate, type Costs, findEarliestDay, type SourceBehind } from '../costs/index.ts';
import type { Exchange } from '../exchange/index.ts';
import type { BudgetConversion, BudgetSpec } from './schema.ts';
import type { Window } from './window.ts';

/** Billed spend of a window: all charges received, and the part of them up to the last complete day. */
export type Billed = { readonly deliveries: readonly string[] } & (
  | {
      readonly amount: string;
      readonly reason: null;
      readonly toDate: SpentToDate | null;
      readonly conversion: BudgetConversion | null;
    }
  | {
      readonly amount: null;
      readonly reason: string;
      readonly toDate: null;
      readonly conversion: BudgetConversion | null;
    }
);

export interface BilledDeps extends ConversionDeps {
  readonly costs: Pick<Costs, 'allocatedOver'>;
}

/** `amount` + `later` is all that was received. */
interface SpentToDate extends AmountToDate {
  /** Last whole day of the window. */
  readonly through: string;
  /** Sources that lack charges of the days to `through`. */
  readonly behind: SourceBehind[];
}

/**
 * Billed spend of a budget in each of its windows: the effective cost of the charges that begin on the days of the window
 * (UTC), in any billing month. The amount is zero if bills cover the window and have no cost of the subject. It is null with
 * a reason if:
 * - no bill covers the window, or a month of the window before the last billed month is missing;
 * - a part is in another currency that is not converted, or no charge has an exchange rate;
 * - no row states its effective cost;
 * - no allocation rule can assign cost to the subject;
 * - the window begins or ends within a UTC day: bills have daily resolution.
 */
export async function readBilledWindows(
  deps: BilledDeps,
  spec: Pick<BudgetSpec, 'subject' | 'currency' | 'enforcement'>,
  windows: readonly Window[],
): Promise<Billed[]> {
  const [first] = windows;
  if (first === undefined) return [];
  if (!windows.every(isOfDays))
    return windows.map(() => createUnknownBilled('Its window begins or ends within a day in UTC.'));
  const from = toDay(windows.reduce((least, { start }) => Math.min(least, start), first.start));
  const to = toDay(windows.reduce((most, { end }) => Math.max(most, end), first.end) - 1);
  const allocated = await deps.costs.allocatedOver(spec.subject, { from, to }, DEFAULT_METRIC);
  return Promise.all(windows.map((window) => readBilled(deps, allocated, spec, window)));
}

async function readBilled(
  deps: ConversionDeps,
  allocated: AllocatedCosts,
  spec: Pick<BudgetSpec, 'currency' | 'enforcement'>,
  window: Window,
): Promise<Billed> {
  const { rows, unstatedDays, deliveries, through, unassigned } = allocated;
  const [from, to] = [toDay(window.start), toDay(window.end - 1)];
  const months = [...deliveries.keys()].filter((month) => month >= toMonth(from) && month <= toMonth(to)).toSorted();
  const missing = findMissingMonth(months, from);
  if (missing !== null) return createUnknownBilled(`No bill covers ${missing}.`);
  if ((through ?? '') < from) return createUnknownBilled('No bill reaches its window yet.');
  const isInside = (day: string) => day >= from && day <= to;
  const inside = rows.filter(({ day }) => isInside(day));
  if (inside.length === 0 && unstatedDays.some(isInside))
    return createUnknownBilled('The bill states no EffectiveCost for it.');
  if (inside.length === 0 && unassigned !== null)
    return createUnknownBilled(`No rule assigns cost to ${unassigned.field} "${unassigned.value}".`);
  const other = inside.find((row) => row.currency !== spec.currency);
  if (other !== undefined && !isConverting(deps, spec))
    return createUnknownBilled(`Part of it is billed in ${other.currency}.`);
  const { rows: converted, conversion } = await convertRows(deps, inside, spec.currency);
  if (other !== undefined && converted.length === 0)
    return {
      ...createUnknownBilled(`No exchange rate from ${other.currency} to ${spec.currency} is known for it.`),
      conversion,
    };
  return {
    amount: sumDecimals(converted.map(({ amount }) => amount)),
    reason: null,
    toDate: computeSpentToDate(converted, window, allocated),
    conversion,
    deliveries: [...new Set(months.flatMap((month) => deliveries.get(month) ?? []))].toSorted(),
  };
}

function computeSpentToDate(
  inside: AllocatedCosts['rows'],
  { start, end }: Window,
  { wholeThrough, behind }: AllocatedCosts,
): SpentToDate | null {
  if (wholeThrough === null || wholeThrough < toDay(start)) return null;
  const through = findEarliestDay(wholeThrough, toDay(end - 1));
  const sum = (isWanted: (day: string) => boolean) =>
    sumDecimals(inside.filter(({ day }) => isWanted(day)).map(({ amount }) => amount));
  return { through, behind: [...behind], amount: sum((day) => day <= through), later: sum((day) => day > through) };
}

/** The first month without a bill, from the month of `from` to the last billed month; null if there is none. */
function findMissingMonth(billed: readonly string[], from: string): string | null {
  const [earliest] = billed;
  // A one-time budget without a start begins with the first bill.
  const first = from.startsWith('0001') ? earliest : toMonth(from);
  if (first === undefined || earliest === undefined) return toMonth(from);
  let expected = first;
  for (const month of billed) {
    if (month !== expected) return expected;
    expected = toMonthPeriod(month).end.slice(0, 'YYYY-MM'.length);
  }
  return null;
}

function createUnknownBilled(reason: string): Billed & { readonly amount: null } {
  return { amount: null, reason, toDate: null, conversion: null, deliveries: [] };
}

/** Whether a window consists of whole days, UTC. */
export function isOfDays({ start, end }: Window): boolean {
  return start % DAY_MS === 0 && end % DAY_MS === 0;
}

/** The UTC day of an instant, YYYY-MM-DD. */
export function toDay(at: Instant): string {
  return new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function toMonth(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}

interface ConversionDeps {
  readonly exchange: Pick<Exchange, 'conversion'>;
  readonly config: { readonly reportingCurrency?: string | undefined };
}

interface ConvertedRows {
  /** All in the currency of the budget; rows without an exchange rate are left out. */
  readonly rows: AllocatedCosts['rows'];
  /** Null if no conversion was needed. */
  readonly conversion: BudgetConversion | null;
}

/**
 * Whether spend in other currencies is converted for a budget. This needs a reporting currency and a soft budget: an
 * enforcing budget (hard or approval) applies in the currency of its prices.
 */
export function isConverting({ config }: ConversionDeps, { enforcement }: Pick<BudgetSpec, 'enforcement'>): boolean {
  return config.reportingCurrency !== undefined && enforcement === 'soft';
}

/** Amounts of charge days in the currency of a budget, each at the rate of its day. */
export async function convertRows(
  { exchange }: Pick<ConversionDeps, 'exchange'>,
  rows: AllocatedCosts['rows'],
  currency: string,
): Promise<ConvertedRows> {
  if (rows.every((row) => row.currency === currency)) return { rows, conversion: null };
  const days = rows.map(({ day }) => day).toSorted();
  const conversion = await exchange.conversion(currency, { from: days[0] ?? '', to: days.at(-1) ?? '' });
  const converted = rows.flatMap((row) => {
    const amount = conversion.convert(row);
    return amount === null ? [] : [{ day: row.day, currency, amount: decimalString(amount) }];
  });
  return { rows: converted, conversion: { rates: conversion.rates(), leftOut: conversion.leftOut() } };
}

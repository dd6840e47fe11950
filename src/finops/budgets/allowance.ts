import { covers } from '../../org/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type Decimal, decimal, decimalString, findLargest, type Instant } from '../../platform/units/index.ts';
import type { Metering, RunningTotal } from '../metering/index.ts';
import { type Billed, type BilledDeps, readBilledWindows } from './billed.ts';
import { computeRemainder } from './reservations/remainder.ts';
import type { StoredReservation } from './reservations/store.ts';
import { computeRollover, type PastWindow } from './roll-over.ts';
import type { BudgetSpec } from './schema.ts';
import {
  type BudgetVersion,
  buildStoredBudget,
  findBudgetVersions,
  readApprovedByWindow,
  type StoredBudget,
} from './store.ts';
import { findWindowAt, type Window } from './window.ts';

export interface AllowanceDeps extends BilledDeps {
  readonly metering: Pick<Metering, 'runningTotal'>;
}

/** A past or present window of a budget, with its billed spend. */
export interface BilledWindow {
  readonly budget: StoredBudget;
  readonly window: Window;
  readonly billed: Billed;
}

/** With the windows before it that may roll over into it, latest first. */
export interface WindowFacts extends BilledWindow {
  readonly before: readonly BilledWindow[];
}

/** Maximum number of earlier windows that are read: enough for a year of daily windows. */
const WINDOWS_BEFORE = 400;

/** The slow facts of a window: its billed spend, and that of the earlier windows that may roll over into it. */
export async function readWindowFacts(
  deps: BilledDeps,
  sql: Sql,
  budget: StoredBudget,
  window: Window,
): Promise<WindowFacts> {
  const before = listWindowsBefore(budget, await readRolloverVersions(sql, budget), window);
  const billed = (of: StoredBudget, windows: readonly Window[]) => readBilledWindows(deps, of.spec, windows);
  const groups = Map.groupBy(before, (past) => past.budget);
  const [own, ...past] = await Promise.all([
    billed(budget, [window]),
    ...[...groups].map(async ([of, windows]) => {
      const bills = await billed(
        of,
        windows.map((one) => one.window),
      );
      return windows.map((one, index) => ({ ...one, billed: bills[index] ?? NOT_BILLED }));
    }),
  ]);
  return { budget, window, billed: own[0] ?? NOT_BILLED, before: past.flat() };
}

const NOT_BILLED: Billed = {
  amount: null,
  reason: 'No bill covers it.',
  toDate: null,
  conversion: null,
  deliveries: [],
};

async function readRolloverVersions(sql: Sql, { name, spec }: StoredBudget): Promise<BudgetVersion[]> {
  return spec.rollOver === 'none' ? [] : findBudgetVersions(sql, name);
}

/** Earlier windows in which the budget existed with the same currency and period, each by the version in force at its end. */
function listWindowsBefore(
  budget: StoredBudget,
  versions: readonly BudgetVersion[],
  { start }: Window,
): Omit<BilledWindow, 'billed'>[] {
  const specs = versions.map((version) => ({
    budget: buildStoredBudget(budget.name, version.spec),
    at: Date.parse(version.appliedAt),
  }));
  const windows: Omit<BilledWindow, 'billed'>[] = [];
  for (let end = start; windows.length < WINDOWS_BEFORE; ) {
    const given = specs.find(({ at }) => at < end)?.budget;
    const window = findWindowAt(budget.recurrence, end - 1);
    if (given === undefined || window === null || !isSameRhythm(given.spec, budget.spec)) break;
    windows.push({ budget: given, window });
    if (given.spec.rollOver === 'none') break;
    end = window.start;
  }
  return windows;
}

function isSameRhythm(one: BudgetSpec, other: BudgetSpec): boolean {
  return one.every === other.every && one.timeZone === other.timeZone && one.currency === other.currency;
}

/** Amount that a window allows, in the currency of its budget. */
export interface Allowance {
  /** Amount of the budget, plus approved increases, plus the rollover into the window. */
  readonly total: Decimal;
  /** Null if the budget has no rollover, or if the spend of the previous window is unknown. */
  readonly rolledOver: Decimal | null;
}

/**
 * The current allowance of a window. Call it in the same transaction that reserves the remainder. A window that has not
 * begun has no rollover: the previous window may still spend its full allowance.
 */
export async function computeAllowance(
  deps: AllowanceDeps,
  sql: Sql,
  { budget, window, before }: WindowFacts,
  open: readonly StoredReservation[],
  now: Instant,
): Promise<Allowance> {
  const { name, spec } = budget;
  const approved = await readApprovedByWindow(sql, name);
  const allowed = (of: BudgetSpec, { start }: Window) => decimal(of.amount).plus(approved.get(start) ?? '0');
  if (spec.rollOver === 'none') return { total: allowed(spec, window), rolledOver: null };
  const pastWindow = async (past: BilledWindow): Promise<PastWindow> => ({
    allowed: allowed(past.budget.spec, past.window),
    spent: await readSpentBefore(deps, sql, past, open),
    most: decimal(past.budget.spec.rollOver === 'none' ? '0' : past.budget.spec.amount),
  });
  const rolled =
    window.start > now ? null : await computeRollover(decimal(spec.amount), before.values().map(pastWindow));
  return { total: allowed(spec, window).plus(rolled ?? '0'), rolledOver: rolled };
}

/**
 * Spend of a closed window, plus the unspent amount that open reservations may still have spent in it. Without a bill or a
 * metered cost, the spend of an enforcing budget (hard or approval) is 0, as in its own limit; the spend of a soft budget is
 * unknown (null). Unpriced usage makes the spend of an enforcing budget unknown too.
 */
async function readSpentBefore(
  { metering }: Pick<AllowanceDeps, 'metering'>,
  sql: Sql,
  { budget: { spec }, window, billed }: BilledWindow,
  open: readonly StoredReservation[],
): Promise<Decimal | null> {
  const metered = await metering.runningTotal(sql, spec.subject, window);
  const holds = spec.enforcement !== 'soft';
  if (holds && metered.unpricedIntervals > 0) return null;
  const spent = getLarger(billed.amount, getMeteredAmount(metered, spec)) ?? (holds ? '0' : null);
  return spent === null ? null : sumReserved(window, spec, open).plus(spent);
}

/** The metered amount if it is complete and in the currency of the budget; null otherwise. */
export function getMeteredAmount({ cost, unpricedIntervals }: RunningTotal, { currency }: BudgetSpec): string | null {
  return unpricedIntervals === 0 && cost?.currency === currency ? cost.amount : null;
}

/** Both figures count the same spend, metering early and bills late, so the larger one is used. Null if both are unknown. */
export function getLarger(billed: string | null, metered: string | null): string | null {
  if (billed === null || metered === null) return billed ?? metered;
  return decimalString(findLargest(decimal(billed), decimal(metered)));
}

/** Unspent amount that open reservations hold in a window. */
export function sumReserved(window: Window, { subject }: BudgetSpec, open: readonly StoredReservation[]): Decimal {
  return selectOverlapping(window, subject, open).reduce((sum, one) => sum.plus(computeRemainder(one)), decimal(0));
}

/** Open reservations that the budget covers and that can spend in this window. */
export function selectOverlapping(
  window: Window,
  subject: BudgetSpec['subject'],
  open: readonly StoredReservation[],
): StoredReservation[] {
  return open.filter((one) => covers(subject, one.subject) && canSpendIn(one, window));
}

/**
 * Whether the unspent amount of a reservation can be spent in this window. The full amount counts in every such window,
 * because the time of the spend is unknown.
 */
function canSpendIn({ metered, until }: StoredReservation, window: Window): boolean {
  return metered < window.end && Math.max(until, metered + 1) > window.start;
}

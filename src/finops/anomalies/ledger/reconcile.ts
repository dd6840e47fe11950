import { decimal, decimalString } from '../../../platform/units/index.ts';
import { dayNumber } from './day.ts';
import type { Found } from './describe-cause.ts';
import { inherited } from './lessons.ts';
import { compatible, sameSlice } from './slice.ts';
import type { StoredAnomaly } from './store.ts';

export interface Reconciling {
  readonly stored: readonly StoredAnomaly[];
  readonly found: readonly Found[];
  /** First day that the ledger was judged for, YYYY-MM-DD: what began before is settled. */
  readonly from: string;
  /** UTC instant. */
  readonly now: string;
  readonly newId: () => string;
  /** What the days of an anomaly cost by the bills of now. */
  readonly costNow: (anomaly: StoredAnomaly) => Promise<string>;
}

/** Days between two that may still be of one cause: the first day of a change is an estimate. */
const GAP_DAYS = 2;

/**
 * What is to be stored: what was known goes on under its id, what is new has one, two that turned out to be one are merged, and what later
 * bills do not show any more is closed as restated. Only what changed is answered.
 */
export async function reconcile(reconciling: Reconciling): Promise<StoredAnomaly[]> {
  const { stored, found, from, now, newId, costNow } = reconciling;
  const usable = stored.filter(({ state, end }) => state !== 'merged' && end >= from);
  const pairs = pairsOf(usable, found);
  const own = stored.map((anomaly) => ({ ...anomaly }));
  const next: StoredAnomaly[] = found.map((one) => {
    const known = pairs.get(one) ?? null;
    const said = inherited(
      one,
      own.filter(({ id }) => id !== known?.id),
    );
    return known === null ? added(one, newId(), now, said) : goesOn(known, one, now, said);
  });
  const kept = new Set(next.map(({ id }) => id));
  for (const anomaly of usable) {
    if (kept.has(anomaly.id) || anomaly.state === 'restated') continue;
    const into = next.find((other) => isNear(anomaly, other));
    if (into !== undefined) next.push({ ...anomaly, state: 'merged', mergedInto: into.id });
    else if (anomaly.start >= from) next.push(await gone(anomaly, now, await costNow(anomaly)));
  }
  const before = new Map(stored.map((anomaly) => [anomaly.id, JSON.stringify(anomaly)]));
  return next.filter((anomaly) => before.get(anomaly.id) !== JSON.stringify(anomaly));
}

type Comparable = Pick<Found, 'measure' | 'direction' | 'currency' | 'slice' | 'start' | 'end'>;

function isNear(a: Comparable, b: Comparable): boolean {
  if (a.measure !== b.measure || a.direction !== b.direction || a.currency !== b.currency) return false;
  return compatible(a.slice, b.slice) && sharedDays(a, b) > -GAP_DAYS;
}

function sharedDays(a: Comparable, b: Comparable): number {
  const start = Math.max(dayNumber(a.start), dayNumber(b.start));
  return Math.min(dayNumber(a.end), dayNumber(b.end)) - start + 1;
}

/** Each found with what it was known as: the same slice before a similar one, more shared days before fewer. */
function pairsOf(stored: readonly StoredAnomaly[], found: readonly Found[]): Map<Found, StoredAnomaly> {
  const possible = found.flatMap((one) =>
    stored
      .filter((anomaly) => isNear(anomaly, one))
      .map((anomaly) => ({ one, anomaly, isSame: sameSlice(one.slice, anomaly.slice) })),
  );
  const order = possible.toSorted(
    (a, b) => Number(b.isSame) - Number(a.isSame) || sharedDays(b.one, b.anomaly) - sharedDays(a.one, a.anomaly),
  );
  const pairs = new Map<Found, StoredAnomaly>();
  const taken = new Set<string>();
  for (const { one, anomaly } of order) {
    if (pairs.has(one) || taken.has(anomaly.id)) continue;
    pairs.set(one, anomaly);
    taken.add(anomaly.id);
  }
  return pairs;
}

function added({ open, ...found }: Found, id: string, now: string, feedback: StoredAnomaly['feedback']): StoredAnomaly {
  const state = open ? 'open' : 'ended';
  return { ...found, id, state, mergedInto: null, foundAt: now, restatement: null, feedback };
}

function goesOn(
  known: StoredAnomaly,
  { open, ...found }: Found,
  now: string,
  said: StoredAnomaly['feedback'],
): StoredAnomaly {
  const { id, foundAt } = known;
  const [before, after] = [costOf(known), found.evidence?.cost.actual ?? found.actual];
  const isSameDays = known.start === found.start && known.end === found.end;
  const restatement = isSameDays && before !== after ? restated(before, after, now) : known.restatement;
  const own = known.feedback !== null && known.feedback.from === null ? known.feedback : said;
  return { ...found, id, state: open ? 'open' : 'ended', mergedInto: null, foundAt, restatement, feedback: own };
}

/** The series do not show it any more: because bills changed its days, or because more is needed for an alarm by now. */
function gone(anomaly: StoredAnomaly, now: string, costNow: string): StoredAnomaly {
  const before = costOf(anomaly);
  if (before === costNow) return { ...anomaly, state: 'ended' };
  return { ...anomaly, state: 'restated', restatement: restated(before, costNow, now) };
}

function costOf({ evidence, actual }: StoredAnomaly): string {
  return evidence?.cost.actual ?? actual;
}

function restated(actualBefore: string, actualNow: string, at: string): NonNullable<StoredAnomaly['restatement']> {
  return { at, actualBefore, actualNow, difference: decimalString(decimal(actualNow).minus(actualBefore)) };
}

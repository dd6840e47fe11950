import { decimal, decimalString } from '../../platform/units/index.ts';
import { toDayNumber } from './day.ts';
import type { FoundAnomaly } from './describe-cause.ts';
import { inheritVerdict } from './lessons.ts';
import { areCompatible, areSameSlices } from './slice.ts';
import { isShown, type StoredAnomaly } from './store.ts';

export interface Reconciling {
  readonly stored: readonly StoredAnomaly[];
  readonly found: readonly FoundAnomaly[];
  /** Anomalies that began before this day, YYYY-MM-DD, are settled: their bills are not judged any more. Null: none is settled. */
  readonly settledBefore: string | null;
  /** UTC instant. */
  readonly now: string;
  /** An id for an anomaly that was not known, other than those that are taken. */
  readonly newId: (found: FoundAnomaly, taken: ReadonlySet<string>) => string;
  /** Cost of the days of an anomaly by the current bills. */
  readonly costNow: (anomaly: StoredAnomaly) => Promise<string>;
}

/** With fewer days than this between them, two anomalies may be of one cause: the first day of a change is an estimate. */
const GAP_DAYS = 2;

/**
 * Returns the changed anomalies to store. The anomalies that count are exactly the ones found, regardless of the stored
 * ones. A stored anomaly gives the found one its id, its verdict and its time of detection. Of the other stored ones, two
 * that turned out to be one are merged; those that the bills no longer show are restated or withdrawn.
 */
export async function reconcile(reconciling: Reconciling): Promise<StoredAnomaly[]> {
  const { stored, found, now, newId, costNow } = reconciling;
  const settledBefore = reconciling.settledBefore ?? '';
  const usable = stored.filter(({ end }) => end >= settledBefore);
  const pairs = matchFoundAnomalies(usable, found);
  const taken = new Set(stored.map(({ id }) => id));
  const next: StoredAnomaly[] = found.map((one) => {
    const known = pairs.get(one) ?? null;
    const said = inheritVerdict(
      one,
      stored.filter(({ id }) => id !== known?.id),
    );
    if (known !== null) return continueAnomaly(known, one, now, said);
    const id = newId(one, taken);
    taken.add(id);
    return addAnomaly(one, id, now, said);
  });
  const kept = new Set(next.map(({ id }) => id));
  for (const anomaly of usable) {
    if (kept.has(anomaly.id) || !isShown(anomaly)) continue;
    const into = next.find((other) => isShown(other) && isNear(anomaly, other));
    if (into !== undefined) next.push({ ...anomaly, state: 'merged', mergedInto: into.id });
    else if (anomaly.start >= settledBefore) next.push(withdrawAnomaly(anomaly, now, await costNow(anomaly)));
  }
  const before = new Map(stored.map((anomaly) => [anomaly.id, JSON.stringify(anomaly)]));
  return next.filter((anomaly) => before.get(anomaly.id) !== JSON.stringify(anomaly));
}

type Comparable = Pick<FoundAnomaly, 'measure' | 'direction' | 'currency' | 'slice' | 'start' | 'end'>;

function isNear(a: Comparable, b: Comparable): boolean {
  if (a.measure !== b.measure || a.direction !== b.direction || a.currency !== b.currency) return false;
  return areCompatible(a.slice, b.slice) && countSharedDays(a, b) > -GAP_DAYS;
}

function countSharedDays(a: Comparable, b: Comparable): number {
  const start = Math.max(toDayNumber(a.start), toDayNumber(b.start));
  return Math.min(toDayNumber(a.end), toDayNumber(b.end)) - start + 1;
}

/**
 * Each found with the stored one that it continues: one that the bills showed last time before one that they did not, the same slice
 * before a similar one, one with a verdict before one without, more shared days before fewer.
 */
function matchFoundAnomalies(
  stored: readonly StoredAnomaly[],
  found: readonly FoundAnomaly[],
): Map<FoundAnomaly, StoredAnomaly> {
  const possible = found.flatMap((one) =>
    stored
      .filter((anomaly) => isNear(anomaly, one))
      .map((anomaly) => ({
        ...{ one, anomaly, days: countSharedDays(one, anomaly) },
        rank: [isShown(anomaly), areSameSlices(one.slice, anomaly.slice), anomaly.feedback?.from === null],
      })),
  );
  const pairs = new Map<FoundAnomaly, StoredAnomaly>();
  const taken = new Set<string>();
  for (const { one, anomaly } of possible.toSorted((a, b) => compareRanks(a.rank, b.rank) || b.days - a.days)) {
    if (pairs.has(one) || taken.has(anomaly.id)) continue;
    pairs.set(one, anomaly);
    taken.add(anomaly.id);
  }
  return pairs;
}

/** True before false; the first difference decides. */
function compareRanks(a: readonly boolean[], b: readonly boolean[]): number {
  const place = a.findIndex((is, index) => is !== b[index]);
  return place === -1 ? 0 : Number(b[place]) - Number(a[place]);
}

function addAnomaly(
  { open, ...found }: FoundAnomaly,
  id: string,
  now: string,
  feedback: StoredAnomaly['feedback'],
): StoredAnomaly {
  const state = open ? 'open' : 'ended';
  return { ...found, id, state, mergedInto: null, foundAt: now, restatement: null, feedback };
}

function continueAnomaly(
  known: StoredAnomaly,
  { open, ...found }: FoundAnomaly,
  now: string,
  said: StoredAnomaly['feedback'],
): StoredAnomaly {
  const { id, foundAt } = known;
  const [before, after] = [getCostText(known), found.evidence?.cost.actual ?? found.actual];
  const isSameDays = known.start === found.start && known.end === found.end;
  const restatement = isSameDays && before !== after ? buildRestatement(before, after, now) : known.restatement;
  const own = known.feedback !== null && known.feedback.from === null ? known.feedback : said;
  return { ...found, id, state: open ? 'open' : 'ended', mergedInto: null, foundAt, restatement, feedback: own };
}

/** The bills no longer show the anomaly: they changed its days or other days, or the alarm threshold rose with the number of series. */
function withdrawAnomaly(anomaly: StoredAnomaly, now: string, costNow: string): StoredAnomaly {
  const before = getCostText(anomaly);
  if (before === costNow) return { ...anomaly, state: 'withdrawn' };
  return { ...anomaly, state: 'restated', restatement: buildRestatement(before, costNow, now) };
}

function getCostText({ evidence, actual }: StoredAnomaly): string {
  return evidence?.cost.actual ?? actual;
}

function buildRestatement(
  actualBefore: string,
  actualNow: string,
  at: string,
): NonNullable<StoredAnomaly['restatement']> {
  return { at, actualBefore, actualNow, difference: decimalString(decimal(actualNow).minus(actualBefore)) };
}

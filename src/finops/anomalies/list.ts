import type { Handling } from '../../platform/acknowledgements/schema.ts';
import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import { toDayNumber } from './day.ts';
import type { Anomaly, AnomalySelection } from './schema.ts';
import { areCompatible, areSameSlices, isOfBill, type Slice } from './slice.ts';
import { isMinor } from './spend.ts';
import { isShown, type StoredAnomaly } from './store.ts';

/** Scope of a list, and the minimum impact for an anomaly to count in it. */
export interface Counting {
  /** Parts of the scope; empty: everything. */
  readonly scope: Slice;
  /** Percentage of the spend of the scope. */
  readonly minPercent: number;
}

export function toListedAnomaly(
  { evidence: _, ...anomaly }: StoredAnomaly,
  all: readonly StoredAnomaly[],
  counting: Counting,
  handling: Pick<Handling, 'assigned' | 'work'> | undefined,
): Anomaly {
  return {
    ...anomaly,
    related: all.filter((other) => isRelated(anomaly, other)).map(({ id }) => id),
    repeats: all.filter((other) => isRepeat(anomaly, other)).map(({ id }) => id),
    days: toDayNumber(anomaly.end) - toDayNumber(anomaly.start) + 1,
    isMinor: isMinor(anomaly, counting.scope, counting.minPercent),
    counts: isCounted(anomaly, counting),
    assigned: handling?.assigned ?? null,
    work: handling?.work ?? null,
  };
}

/** The same cause on other days: the same measure and side of the same slice, as the bills show it now. */
function isRepeat(a: Omit<StoredAnomaly, 'evidence'>, b: StoredAnomaly): boolean {
  if (a.id === b.id || a.measure !== b.measure || a.direction !== b.direction || a.currency !== b.currency)
    return false;
  return isShown(a) && isShown(b) && areSameSlices(a.slice, b.slice) && areSameSlices(a.except, b.except);
}

/** A different measure of the same owner or resource, on adjacent days: a team whose bill rose and whose GPUs are idle. */
function isRelated(a: Omit<StoredAnomaly, 'evidence'>, b: StoredAnomaly): boolean {
  if (a.id === b.id || a.measure === b.measure || !isShown(a) || !isShown(b)) return false;
  const isNear = toDayNumber(a.start) <= toDayNumber(b.end) + 1 && toDayNumber(b.start) <= toDayNumber(a.end) + 1;
  const isShared = a.slice.length === 0 ? b.slice.length === 0 : b.slice.length > 0;
  return isNear && isShared && areCompatible(a.slice, b.slice);
}

/** Whether the bills show it, no person has given a verdict, and it is large enough. */
function isCounted(
  anomaly: Pick<StoredAnomaly, 'state' | 'feedback' | 'impact' | 'spend'>,
  counting: Counting,
): boolean {
  return isUnanswered(anomaly) && !isMinor(anomaly, counting.scope, counting.minPercent);
}

function isUnanswered({ state, feedback }: Pick<StoredAnomaly, 'state' | 'feedback'>): boolean {
  return feedback === null && isShown({ state });
}

/** How many do not count only because they are minor. */
export function countMinor(anomalies: readonly StoredAnomaly[], counting: Counting): number {
  return anomalies.filter((one) => isUnanswered(one) && !isCounted(one, counting)).length;
}

/** The requested anomalies, open ones first, then the latest. */
export function selectAnomalies(stored: readonly StoredAnomaly[], asked: AnomalySelection): StoredAnomaly[] {
  const { state, direction, measure, team, feedback } = asked;
  const days = toSelectedDays(asked);
  const ofTeam = ({ slice, seenIn }: StoredAnomaly) =>
    [slice, ...seenIn].some((one) => one.some(({ dimension, value }) => dimension === 'team' && value === team));
  return stored
    .filter((one) => state === undefined || one.state === state)
    .filter((one) => direction === undefined || one.direction === direction)
    .filter((one) => measure === undefined || one.measure === measure)
    .filter((one) => team === undefined || ofTeam(one))
    .filter((one) => days === null || (one.start <= days.to && one.end >= days.from))
    .filter((one) => feedback === undefined || (one.feedback?.verdict ?? 'none') === feedback)
    .toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || (a.start < b.start ? 1 : -1));
}

/** Days of a selection, both included. Months and days compare as text. */
interface SelectedDays {
  readonly from: string;
  readonly to: string;
}

const FIRST_DAY = '0000-01-01';
const LAST_DAY = '9999-12-31';
const MONTH_LENGTH = 'YYYY-MM'.length;

/**
 * The days that a selection covers; null for every day.
 *
 * @example toSelectedDays({ period: '2026-11' }) // { from: '2026-11-01', to: '2026-11-31' }, compared as text
 */
function toSelectedDays({ period, from, to }: Pick<AnomalySelection, 'period' | 'from' | 'to'>): SelectedDays | null {
  if (from === undefined && to === undefined) {
    return period === undefined ? null : { from: `${period}-01`, to: `${period}-31` };
  }
  const end = to ?? LAST_DAY;
  return { from: from ?? FIRST_DAY, to: end.length === MONTH_LENGTH ? `${end}-31` : end };
}

interface Sides {
  over: Decimal;
  under: Decimal;
  wasted: Decimal;
  gained: Decimal;
  anomalies: number;
  open: number;
}

const createEmptySides = (): Sides => ({
  ...{ over: decimal(0), under: decimal(0), wasted: decimal(0), gained: decimal(0) },
  ...{ anomalies: 0, open: 0 },
});

/** Both sides by currency, never set off against each other; of a range only its days. */
export function sumAnomalyTotals(
  anomalies: readonly StoredAnomaly[],
  asked: Pick<AnomalySelection, 'period' | 'from' | 'to'>,
  counting: Counting,
) {
  const days = toSelectedDays(asked);
  const byCurrency = new Map<string, Sides>();
  for (const anomaly of anomalies) {
    const { currency, direction, measure, state } = anomaly;
    const impact = computeImpactIn(anomaly, days);
    if (currency === null || impact === null || !isCounted(anomaly, counting)) continue;
    const sides = byCurrency.get(currency) ?? createEmptySides();
    const more = isOfBill(measure) ? 'over' : 'wasted';
    const less = isOfBill(measure) ? 'under' : 'gained';
    if (direction === 'over') sides[more] = sides[more].plus(impact);
    else sides[less] = sides[less].minus(impact);
    sides.anomalies += 1;
    if (state === 'open') sides.open += 1;
    byCurrency.set(currency, sides);
  }
  return [...byCurrency].toSorted().map(([currency, { over, under, wasted, gained, ...counts }]) => ({
    currency,
    over: decimalString(over),
    under: decimalString(under),
    wasted: decimalString(wasted),
    gained: decimalString(gained),
    ...counts,
  }));
}

/** Money of an anomaly on the selected days. A quantity or a price has its money on the day on which it began. */
function computeImpactIn({ impact, differences, start }: StoredAnomaly, days: SelectedDays | null): Decimal | null {
  if (impact === null) return null;
  if (days === null) return decimal(impact);
  const isIn = (day: string) => day >= days.from && day <= days.to;
  if (differences.length === 0) return decimal(isIn(start) ? impact : '0');
  const inside = differences.filter(({ day }) => isIn(day));
  return inside.reduce((sum, { amount }) => sum.plus(amount), decimal(0));
}

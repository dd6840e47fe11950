import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import { dayNumber, monthOf } from './day.ts';
import type { Anomaly, AnomalySelection } from './schema.ts';
import { compatible, isOfBill } from './slice.ts';
import type { StoredAnomaly } from './store.ts';

export function shown({ evidence: _, ...anomaly }: StoredAnomaly, all: readonly StoredAnomaly[]): Anomaly {
  return {
    ...anomaly,
    related: all.filter((other) => isRelated(anomaly, other)).map(({ id }) => id),
    days: dayNumber(anomaly.end) - dayNumber(anomaly.start) + 1,
    counts: countsOf(anomaly),
  };
}

/** Another measure of the same owner or thing, on days that touch: a team whose bill rose and whose GPUs are idle. */
function isRelated(a: Omit<StoredAnomaly, 'evidence'>, b: StoredAnomaly): boolean {
  if (a.id === b.id || a.measure === b.measure || [a, b].some(({ state }) => state !== 'open' && state !== 'ended'))
    return false;
  const isNear = dayNumber(a.start) <= dayNumber(b.end) + 1 && dayNumber(b.start) <= dayNumber(a.end) + 1;
  const isShared = a.slice.length === 0 ? b.slice.length === 0 : b.slice.length > 0;
  return isNear && isShared && compatible(a.slice, b.slice);
}

/** What somebody has answered for, and what bills or others have taken back, is not counted. */
function countsOf({ state, feedback }: Pick<StoredAnomaly, 'state' | 'feedback'>): boolean {
  return feedback === null && (state === 'open' || state === 'ended');
}

/** Those that were asked for, open ones first, then the latest. */
export function selected(stored: readonly StoredAnomaly[], asked: AnomalySelection): StoredAnomaly[] {
  const { state, direction, measure, team, period, feedback } = asked;
  const ofTeam = ({ slice, seenIn }: StoredAnomaly) =>
    [slice, ...seenIn].some((one) => one.some(({ dimension, value }) => dimension === 'team' && value === team));
  return stored
    .filter((one) => state === undefined || one.state === state)
    .filter((one) => direction === undefined || one.direction === direction)
    .filter((one) => measure === undefined || one.measure === measure)
    .filter((one) => team === undefined || ofTeam(one))
    .filter((one) => period === undefined || (monthOf(one.start) <= period && monthOf(one.end) >= period))
    .filter((one) => feedback === undefined || (one.feedback?.verdict ?? 'none') === feedback)
    .toSorted((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || (a.start < b.start ? 1 : -1));
}

interface Sides {
  over: Decimal;
  under: Decimal;
  wasted: Decimal;
  gained: Decimal;
  anomalies: number;
  open: number;
}

const nothing = (): Sides => ({
  ...{ over: decimal(0), under: decimal(0), wasted: decimal(0), gained: decimal(0) },
  ...{ anomalies: 0, open: 0 },
});

/** Both sides by currency, never set off against each other; of a month only its days. */
export function totalsOf(anomalies: readonly StoredAnomaly[], period: string | undefined) {
  const byCurrency = new Map<string, Sides>();
  for (const anomaly of anomalies) {
    const { currency, direction, measure, state } = anomaly;
    const impact = impactIn(anomaly, period);
    if (currency === null || impact === null || !countsOf(anomaly)) continue;
    const sides = byCurrency.get(currency) ?? nothing();
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

/** Money of an anomaly on the days of a month. A quantity or a price has its money in the month in which it began. */
function impactIn({ impact, differences, start }: StoredAnomaly, period: string | undefined): Decimal | null {
  if (impact === null) return null;
  if (period === undefined) return decimal(impact);
  if (differences.length === 0) return decimal(monthOf(start) === period ? impact : '0');
  const inside = differences.filter(({ day }) => monthOf(day) === period);
  return inside.reduce((sum, { amount }) => sum.plus(amount), decimal(0));
}

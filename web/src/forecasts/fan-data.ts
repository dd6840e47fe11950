import type { ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { decimal, decimalString, sumDecimals } from '../../../src/platform/units/schema.ts';
import type { FanData, FanMark, FanPoint } from '../charts/fan-option.ts';
import { formatMoney } from '../format/money.ts';
import { formatDay } from '../format/time.ts';
import { chanceText, LIKELY, UNLIKELY } from './words.ts';

/** Days before those to come that are drawn by day. */
const DAYS_BEFORE = 60;

/** Data of the fan: the running total of the window against its limit, or each day separately. */
export function buildFan(detail: ForecastDetail, view: 'running' | 'days'): FanData {
  const { forecast, standing } = detail;
  const points = view === 'running' ? runningPoints(detail) : dailyPoints(detail);
  const limit = view === 'running' ? (forecast.breach?.limit ?? null) : null;
  const formatAmount = (amount: string) => formatMoney({ amount, currency: forecast.currency });
  return {
    points,
    limit:
      limit === null ? null : { value: Number(limit), label: `budget ${formatAmount(limit).replace(/\.00$/, '')}` },
    marks: listFanMarks(detail, new Set(points.map(({ day }) => day))),
    currency: forecast.currency,
    isRunning: view === 'running',
    lastKnown: standing.through,
  };
}

function runningPoints({ forecast, history, days }: ForecastDetail): FanPoint[] {
  const first = forecast.window.start.slice(0, 10);
  const inside = history.filter(({ day, isWhole }) => isWhole && day >= first);
  const listed = sumDecimals(inside.map(({ amount }) => amount ?? '0'));
  // A history that starts after the window's start lacks a part of its sum.
  let sum = decimalString(decimal(forecast.known ?? listed).minus(listed));
  const known = inside.map(({ day, amount }): FanPoint => {
    sum = sumDecimals([sum, amount ?? '0']);
    return { day, known: Number(sum), knownText: sum, expected: null, without: null };
  });
  let changed = 0;
  const next = days.flatMap(({ day, running, changes }): FanPoint[] => {
    if (running === null) return [];
    changed += changes;
    return [{ day, known: null, knownText: null, expected: running, without: running.mean - changed }];
  });
  return joined(known, next, changed !== 0);
}

function dailyPoints({ history, days }: ForecastDetail): FanPoint[] {
  const known = history
    .filter(({ isWhole }) => isWhole)
    .slice(-DAYS_BEFORE)
    .map(({ day, amount }): FanPoint => {
      const value = amount === null ? null : Number(amount);
      return { day, known: value, knownText: amount, expected: null, without: null };
    });
  const next = days.map((of): FanPoint => {
    const { day, mean, changes } = of;
    return { day, known: null, knownText: null, expected: of, without: mean - changes };
  });
  return joined(
    known,
    next,
    days.some(({ changes }) => changes !== 0),
  );
}

/**
 * Joins the fan to the end of the known line. The forecast without known changes is drawn only where there are some.
 */
function joined(known: readonly FanPoint[], next: readonly FanPoint[], isChanged: boolean): FanPoint[] {
  const behind = isChanged ? next : next.map((point) => ({ ...point, without: null }));
  const last = known.at(-1);
  if (last?.known == null || next.length === 0) return [...known, ...behind];
  const { known: value } = last;
  const start = { mean: value, lo80: value, hi80: value, lo95: value, hi95: value };
  return [...known.slice(0, -1), { ...last, expected: start, without: isChanged ? value : null }, ...behind];
}

function listFanMarks({ forecast, changes, earlier }: ForecastDetail, drawn: ReadonlySet<string>): FanMark[] {
  const { breach } = forecast;
  const marks: FanMark[] = [
    ...listBreachMarks(breach),
    ...changes.flatMap(({ from, until, what }): FanMark[] => [
      { day: from, label: what, kind: 'change' },
      ...(until === null ? [] : [{ day: until, label: `${what}: ends`, kind: 'change' as const }]),
    ]),
    ...restated(earlier),
  ];
  return marks.filter(({ day }) => drawn.has(day));
}

/** The day on which the budget is exceeded; an unlikely breach is no mark, and one below 50 % is no warning. */
function listBreachMarks(breach: ForecastDetail['forecast']['breach']): FanMark[] {
  if (breach?.day == null || breach.firstDay === null || breach.probability < UNLIKELY) return [];
  if (breach.probability < LIKELY) return [{ day: breach.firstDay, label: chanceText(breach), kind: 'chance' }];
  return [{ day: breach.day, label: `budget exceeded about ${formatDay(breach.day)}`, kind: 'breach' }];
}

/** Forecasts of other deliveries with the same last day: the bill was restated. */
function restated(earlier: ForecastDetail['earlier']): FanMark[] {
  const marks: FanMark[] = [];
  for (const [index, one] of earlier.entries()) {
    const later = index === 0 ? undefined : earlier[index - 1];
    if (later === undefined || later.through !== one.through) continue;
    if (JSON.stringify(later.deliveries) === JSON.stringify(one.deliveries)) continue;
    marks.push({ day: one.through, label: 'bill restated', kind: 'restated' });
  }
  return marks;
}

import type { ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { decimal, sumDecimals } from '../../../src/platform/units/schema.ts';
import type { FanData, FanMark, FanPoint } from '../charts/fan-option.ts';
import { formatMoney } from '../format/money.ts';
import { formatDay } from '../format/time.ts';

/** Days before those to come that are drawn by day. */
const DAYS_BEFORE = 60;

/** What the fan shows: the running total of the window against its limit, or each day by itself. */
export function fanOf(detail: ForecastDetail, view: 'running' | 'days'): FanData {
  const { forecast, standing } = detail;
  const points = view === 'running' ? runningPoints(detail) : dailyPoints(detail);
  const limit = view === 'running' ? (forecast.breach?.limit ?? null) : null;
  const shown = (amount: string) => formatMoney({ amount, currency: forecast.currency });
  return {
    points,
    limit: limit === null ? null : { value: Number(limit), label: `budget ${shown(limit)}` },
    marks: marksOf(detail, new Set(points.map(({ day }) => day))),
    currency: forecast.currency,
    isRunning: view === 'running',
    lastKnown: standing.through,
  };
}

function runningPoints({ forecast, history, days }: ForecastDetail): FanPoint[] {
  const first = forecast.window.start.slice(0, 10);
  let sum = '0';
  const known = history
    .filter(({ day, isWhole }) => isWhole && day >= first)
    .map(({ day, amount }): FanPoint => {
      sum = sumDecimals([sum, amount ?? '0']);
      return { day, known: Number(sum), knownText: sum, expected: null };
    });
  // A history that begins behind the window does not have all of its sum.
  const missing = forecast.known === null ? 0 : Number(decimal(forecast.known).minus(sum));
  const whole = known.map((point) => ({ ...point, known: (point.known ?? 0) + missing }));
  const next = days.flatMap(({ day, running }): FanPoint[] =>
    running === null ? [] : [{ day, known: null, knownText: null, expected: running }],
  );
  return joined(whole, next);
}

function dailyPoints({ history, days }: ForecastDetail): FanPoint[] {
  const known = history
    .filter(({ isWhole }) => isWhole)
    .slice(-DAYS_BEFORE)
    .map(
      ({ day, amount }): FanPoint => ({
        day,
        known: amount === null ? null : Number(amount),
        knownText: amount,
        expected: null,
      }),
    );
  return joined(
    known,
    days.map((day): FanPoint => ({ day: day.day, known: null, knownText: null, expected: day })),
  );
}

/** The fan opens where the known line ends. */
function joined(known: readonly FanPoint[], next: readonly FanPoint[]): FanPoint[] {
  const last = known.at(-1);
  if (last?.known == null || next.length === 0) return [...known, ...next];
  const { known: value } = last;
  const start = { mean: value, lo80: value, hi80: value, lo95: value, hi95: value };
  return [...known.slice(0, -1), { ...last, expected: start }, ...next];
}

function marksOf({ forecast, changes, earlier }: ForecastDetail, drawn: ReadonlySet<string>): FanMark[] {
  const { breach } = forecast;
  const marks: FanMark[] = [
    ...(breach?.day == null
      ? []
      : [{ day: breach.day, label: `the budget is passed about ${formatDay(breach.day)}`, kind: 'breach' as const }]),
    ...changes.flatMap(({ from, until, what }): FanMark[] => [
      { day: from, label: what, kind: 'change' },
      ...(until === null ? [] : [{ day: until, label: `${what}: ends`, kind: 'change' as const }]),
    ]),
    ...restated(earlier),
  ];
  return marks.filter(({ day }) => drawn.has(day));
}

/** Forecasts of other deliveries with the same last day: the bill was restated. */
function restated(earlier: ForecastDetail['earlier']): FanMark[] {
  const marks: FanMark[] = [];
  for (const [index, one] of earlier.entries()) {
    const later = index === 0 ? undefined : earlier[index - 1];
    if (later === undefined || later.through !== one.through) continue;
    if (JSON.stringify(later.deliveries) === JSON.stringify(one.deliveries)) continue;
    marks.push({ day: one.through, label: 'the bill was restated', kind: 'restated' });
  }
  return marks;
}

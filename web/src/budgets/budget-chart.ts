import type { BudgetDays, BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import type { ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { DAY_MS } from '../../../src/platform/units/durations.ts';
import { sumDecimals } from '../../../src/platform/units/schema.ts';
import type { FanData, FanPoint } from '../charts/fan-option.ts';
import { formatAbout } from '../format/money.ts';

/** Days of the small line of the list. */
const TREND_DAYS = 30;
/** Most days that the chart of one budget draws. */
const MOST_DAYS = 400;

/** Daily cost of the last whole days, oldest first, with 0 for days without cost. */
export function buildTrend({ days, through }: BudgetDays): number[] {
  const [first] = days;
  if (first === undefined || through === null) return [];
  const amounts = new Map(days.map(({ day, amount }) => [day, Number(amount)]));
  return listDaysBetween(first.day, through, MOST_DAYS)
    .slice(-TREND_DAYS)
    .map((day) => amounts.get(day) ?? 0);
}

type ChartedBudget = Pick<BudgetDetail, 'limit' | 'versions'>;

/**
 * Cumulative spend of the current window by day with the limit, the alert thresholds, the forecast of the later days, and
 * the window before, day by day.
 */
export function buildBudgetChart(budget: ChartedBudget, days: BudgetDays, forecast: ForecastDetail | null): FanData {
  const { limit, versions } = budget;
  const { period, previous, through, currency } = days;
  const firstDay = period.start.startsWith('0001') ? (days.days[0]?.day ?? '') : period.start.slice(0, 10);
  const window = listDaysBetween(firstDay, toLastDay(period.end), MOST_DAYS);
  const last = through ?? '';
  const known = sumUp(
    days.days,
    window.filter((day) => day <= last),
  );
  const expected = new Map(forecast?.days.map(({ day, running }) => [day, running]));
  const start = known.at(-1)?.value;
  const points = window.map((day, index): FanPoint => {
    const sum = known[index];
    const fan = expected.get(day) ?? null;
    const isJoint = sum !== undefined && index === known.length - 1 && forecast !== null && start !== undefined;
    return {
      day,
      known: sum?.value ?? null,
      knownText: sum?.text ?? null,
      expected: isJoint ? toPoint(start) : sum !== undefined || fan === null ? null : clip(fan, start ?? 0),
      without: null,
    };
  });
  const before =
    previous === null
      ? []
      : sumUp(
          days.days,
          listDaysBetween(previous.start.slice(0, 10), toLastDay(previous.end), MOST_DAYS).filter((day) => day <= last),
        );
  return {
    points,
    limit: { value: Number(limit.amount), label: `Limit ${formatAbout(limit)}` },
    levels: (versions[0]?.spec.warnAt ?? [])
      .filter((ratio) => ratio < 1)
      .map((ratio) => ({
        value: Number(limit.amount) * ratio,
        label: `Alert at ${Number((ratio * 100).toFixed(2))} %`,
      })),
    previous: before.length === 0 ? null : window.map((_, index) => before[index]?.value ?? null),
    marks: [],
    currency,
    isRunning: true,
    lastKnown: last,
  };
}

type Fan = NonNullable<FanPoint['expected']>;

function toPoint(value: number): Fan {
  return { mean: value, lo80: value, hi80: value, lo95: value, hi95: value };
}

/** An interval of a sum does not reach below the cost to date: spend of a day is not negative in the drawing. */
function clip({ mean, lo80, hi80, lo95, hi95 }: Fan, least: number): Fan {
  const from = Math.min(least, mean);
  return { mean, lo80: Math.max(lo80, from), hi80, lo95: Math.max(lo95, from), hi95 };
}

interface Sum {
  readonly text: string;
  readonly value: number;
}

function sumUp(days: BudgetDays['days'], listed: readonly string[]): Sum[] {
  const amounts = new Map(days.map(({ day, amount }) => [day, amount]));
  let sum = '0';
  return listed.map((day) => {
    sum = sumDecimals([sum, amounts.get(day) ?? '0']);
    return { text: sum, value: Number(sum) };
  });
}

function toLastDay(end: string): string {
  return new Date(Date.parse(end) - 1).toISOString().slice(0, 10);
}

function listDaysBetween(first: string, last: string, most: number): string[] {
  const count = Math.floor((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
  if (!Number.isFinite(count) || count < 1) return [];
  return Array.from({ length: Math.min(count, most) }, (_, index) =>
    new Date(Date.parse(first) + index * DAY_MS).toISOString().slice(0, 10),
  );
}

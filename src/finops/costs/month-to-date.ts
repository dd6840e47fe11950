import { AppError } from '../../platform/errors/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { sumDecimals, toMonthPeriod } from '../../platform/units/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { type DailyReach, readDailyReach } from './daily-series.ts';
import { findEarliestDay, findReceivedDays, type SourceBehind } from './received-days.ts';
import type { CostsDeps } from './relations.ts';
import type { MonthToDate, ReportedCosts } from './schema.ts';
import { type CostSummary, summarise } from './summary.ts';

interface MonthToDateQuestion {
  /** "2026-11"; the latest billing month if omitted. */
  readonly month?: string | undefined;
  readonly metric: CostMetric;
  readonly filter: readonly string[];
  /** Reporting currency; null for none. */
  readonly currency: string | null;
}

const MONTH_LENGTH = 'YYYY-MM'.length;

/**
 * Month-to-date cost of a calendar month (UTC), by charge day: the charges that begin on its days up to the last day
 * that every source has delivered completely. Charges of later days, from sources that are ahead, are reported
 * separately. Errors: `bill_period_not_covered`.
 */
export async function readMonthToDate(deps: CostsDeps, question: MonthToDateQuestion): Promise<MonthToDate> {
  const { metric, filter } = question;
  const reach = await readDailyReach(deps, question.month);
  const month = question.month ?? reach.months.at(-1);
  if (month === undefined || !reach.months.includes(month)) throw createNotCoveredError(question.month);
  const [from, last] = findDaysOfMonth(month);
  const received = findReceivedDays(reach);
  const through = received === null || received.through < from ? null : findEarliestDay(received.through, last);
  const behind = received?.behind ?? [];
  const isComplete = through === last && behind.length === 0;
  const before = through === null ? null : await readPreviousMonth(deps, question, reach, { through, behind });
  const summary = await summarise(deps, ['day'], { metric, filter, from, to: last });
  return {
    ...{ month, metric, from, through, isComplete },
    totals: buildTotalsTo(summary, through ?? ''),
    behind: [...behind],
    before: before === null ? null : { from: before.from, through: before.through, totals: before.totals },
    sources: reach.sources.map((source) => ({ source: source.source, through: source.through })),
    reporting:
      through === null ? null : await convertMonthToDate(deps, question, { from, through }, before?.reporting ?? null),
    leftOut: summary.leftOut,
  };
}

function createNotCoveredError(month: string | undefined): AppError {
  const detail =
    month === undefined
      ? 'No bill has been imported yet. steelyard bill import PATH --source NAME'
      : `No bill covers ${month}. List the billing periods with: steelyard cost dimensions`;
  return new AppError('bill_period_not_covered', detail, { period: month ?? null });
}

/** The month-to-date amount in the reporting currency. */
async function convertMonthToDate(
  deps: CostsDeps,
  { metric, filter, currency }: MonthToDateQuestion,
  { from, through }: { readonly from: string; readonly through: string },
  before: ReportedCosts | null,
): Promise<MonthToDate['reporting']> {
  if (currency === null) return null;
  const { reporting } = await summarise(deps, ['day'], { metric, filter, from, to: through }, currency);
  if (reporting === null) return null;
  const { amount, rates, leftOut } = reporting;
  const isWhole = before !== null && before.leftOut.length === 0 && leftOut.length === 0;
  return { currency, amount, rates, leftOut, before: isWhole ? before.amount : null };
}

/** First and last day of a month. */
function findDaysOfMonth(month: string): [string, string] {
  const { start, end } = toMonthPeriod(month);
  return [toDay(Date.parse(start)), toDay(Date.parse(end) - DAY_MS)];
}

function toDay(at: number): string {
  return new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

function buildTotalsTo({ rows }: CostSummary, through: string): MonthToDate['totals'] {
  const stated = rows.flatMap(({ day, amount, currency }) =>
    day == null || amount == null || currency == null ? [] : [{ day, amount, currency }],
  );
  return [...Map.groupBy(stated, ({ currency }) => currency)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, of]) => {
      const sum = (isWanted: (day: string) => boolean) =>
        sumDecimals(of.filter(({ day }) => isWanted(day)).map(({ amount }) => amount));
      return { currency, amount: sum((day) => day <= through), later: sum((day) => day > through) };
    });
}

/**
 * The previous month up to the same day, or the whole of it when this month is complete. Includes the same sources as
 * this month, without those that are behind. Null when no bill covers it, or when this month has charges of a source
 * that is behind.
 */
async function readPreviousMonth(
  deps: CostsDeps,
  { metric, filter, currency }: MonthToDateQuestion,
  { months, sources }: DailyReach,
  { through, behind }: { readonly through: string; readonly behind: readonly SourceBehind[] },
): Promise<(NonNullable<MonthToDate['before']> & { readonly reporting: ReportedCosts | null }) | null> {
  const [first, end] = findDaysOfMonth(through.slice(0, MONTH_LENGTH));
  const month = toDay(Date.parse(first) - DAY_MS).slice(0, MONTH_LENGTH);
  if (!months.includes(month)) return null;
  const withoutSources = behind.map(({ source }) => source);
  if (sources.some((one) => withoutSources.includes(one.source) && one.through >= first)) return null;
  const [from, last] = findDaysOfMonth(month);
  const sameDay = `${month}${through.slice(MONTH_LENGTH)}`;
  const to = through === end ? last : findEarliestDay(sameDay, last);
  const selection = { metric, filter, from, to, withoutSources };
  const { totals, reporting } = await summarise(deps, ['day'], selection, currency);
  return { from, through: to, totals, reporting };
}

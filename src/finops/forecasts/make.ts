import { setImmediate } from 'node:timers/promises';
import type { Subject } from '../../org/schema.ts';
import type { BudgetStanding } from '../budgets/index.ts';
import type { Costs } from '../costs/index.ts';
import { stepsBackOf } from './daily-forecast.ts';
import { dayOfInstant, dayText, monthStart, nextMonth, startOfDay } from './days.ts';
import { factorsOver, grownBefore } from './factors.ts';
import { changesCoveredBy, plannedKeys } from './known-changes.ts';
import { addedUp, type Outlook, outlookOf, panelOutlook, withEffect } from './outlook.ts';
import { type Reach, reachOf, readPanel, readSubject, type SubjectSeries } from './panel.ts';
import { degreesOf, drawMixes } from './paths.ts';
import type { ForecastChange, LedgerForecast } from './schema.ts';
import type { ForecastOfSubject, StandsOn } from './store.ts';
import { type DayWindow, type Paths, windowForecast } from './window.ts';

/** Minimum horizon of two weeks, so that the methods are not judged only by the last day of a month. */
const LEAST_HORIZON = 14;
/** Maximum number of days ahead. */
const MOST_HORIZON = 366;
/** A bill that is later than this has no information about the present month; then the month after the bill is forecast. */
const MOST_LATE_DAYS = 92;
const LEAST_DAYS = 7;
const HISTORY_SHOWN = 120;

export interface MakeDeps {
  readonly costs: Pick<Costs, 'dailySeries' | 'dailyReach'>;
}

export interface MakeQuestion {
  /** Unix milliseconds. */
  readonly now: number;
  readonly budgets: readonly BudgetStanding[];
  readonly changes: readonly ForecastChange[];
  /** Called after every subject. */
  readonly progress: (done: number, total: number) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Made {
  readonly standsOn: StandsOn;
  readonly forecasts: readonly ForecastOfSubject[];
}

/** Everything of one making that is the same for all subjects. */
interface Frame {
  readonly reach: Reach;
  readonly month: DayWindow;
  readonly horizon: number;
  readonly stepsBack: readonly number[];
  readonly paths: Paths;
}

/** Forecasts every subject and budget from the current bills; null without a bill. */
export async function makeForecasts(deps: MakeDeps, question: MakeQuestion): Promise<Made | null> {
  const bills = await deps.costs.dailyReach();
  const reach = reachOf(bills);
  if (reach === null) return null;
  const frame = frameOf(reach, question.now);
  const panel = await readPanel(deps.costs, reach, plannedKeys(question.changes));
  const before = grownBefore(panel, question.changes, reach.first);
  // Each subject of the panel counts twice: its daily forecast, and the forecast of its window.
  const total = 2 * panel.length + question.budgets.length;
  const outlooks: Outlook[] = [];
  for (const series of panel) {
    // Yields between two subjects, because each is pure CPU work.
    await setImmediate();
    question.signal.throwIfAborted();
    outlooks.push(panelOutlook(series, frame, question.changes, before.get(series) ?? null));
    await question.progress(outlooks.length, total);
  }
  const added = [...Map.groupBy(outlooks, ({ series }) => series.currency).values()].flatMap((of) =>
    addedUp(of, reach, question.changes),
  );
  const others = await currenciesBeside(deps, reach, question.budgets, panel);
  const comparable = question.budgets.filter(({ name }) => !others.has(name));
  const forecasts: ForecastOfSubject[] = [];
  const next = async (forecast: ForecastOfSubject) => {
    forecasts.push(forecast);
    await question.progress(panel.length + forecasts.length, total);
    await setImmediate();
    question.signal.throwIfAborted();
  };
  for (const outlook of added) await next(subjectForecast(frame, outlook, comparable));
  forecasts.sort(bySize);
  for (const budget of question.budgets) {
    const forecast = await budgetForecast(deps, frame, budget, { added, changes: question.changes, others });
    await next(forecast);
  }
  return { standsOn: standsOn(reach, bills, frame), forecasts };
}

function frameOf(reach: Reach, now: number): Frame {
  const next = reach.through + 1;
  const today = dayOfInstant(now);
  const from = today - next > MOST_LATE_DAYS ? monthStart(next) : Math.max(monthStart(next), monthStart(today));
  const month = { from, until: nextMonth(from) };
  const horizon = Math.max(LEAST_HORIZON, month.until - next);
  return { reach, month, horizon, ...triedBy(reach, horizon) };
}

function triedBy(reach: Reach, horizon: number): Pick<Frame, 'stepsBack' | 'paths'> {
  const stepsBack = stepsBackOf(reach.through - reach.first + 1, horizon);
  const horizons = (stepsBack[0] ?? 0) / horizon;
  const degrees = degreesOf(horizons);
  // A series that could not be tried has eight guessed errors.
  return { stepsBack, paths: { mixes: drawMixes(stepsBack.length || 8, degrees), degrees, horizons } };
}

function standsOn(reach: Reach, bills: Awaited<ReturnType<Costs['dailyReach']>>, { month }: Frame): StandsOn {
  return {
    month: dayText(month.from).slice(0, 'YYYY-MM'.length),
    through: dayText(reach.through),
    billedThrough: dayText(reach.billedThrough),
    sources: bills.sources.map(({ source, through }) => ({ source, through })),
    behind: [...reach.behind],
    deliveries: [...bills.deliveries],
  };
}

/** The total first, then by level, largest first. */
function bySize(one: ForecastOfSubject, other: ForecastOfSubject): number {
  const [a, b] = [one.summary, other.summary];
  const place = (of: LedgerForecast) => LEVELS.indexOf(of.level);
  return place(a) - place(b) || Number(b.forecast?.mean ?? 0) - Number(a.forecast?.mean ?? 0);
}

const LEVELS: readonly LedgerForecast['level'][] = [
  'total',
  'team',
  'project',
  'model',
  'endpoint',
  'service',
  'budget',
];

function subjectForecast(frame: Frame, outlook: Outlook, budgets: readonly BudgetStanding[]): ForecastOfSubject {
  const { level, key, currency } = outlook.series;
  const budget = budgets.find(
    (one) => isOfMonth(one, frame) && one.limit.currency === currency && isSame(one.subject, outlook.series),
  );
  const limit = budget?.limit.amount ?? null;
  const named = { level, key, currency, budget: budget?.name ?? null };
  return forecastOf(frame, outlook, frame.month, named, limit);
}

function isOfMonth({ period }: BudgetStanding, { month }: Frame): boolean {
  return Date.parse(period.start) === startOfDay(month.from) && Date.parse(period.end) === startOfDay(month.until);
}

/** Whether a budget covers exactly a subject of the panel. */
function isSame(subject: Subject, { level, key }: SubjectSeries): boolean {
  const named = Object.entries(subject).filter(([, value]) => value !== undefined);
  if (level === 'total') return named.length === 0;
  const [[field, value] = []] = named;
  return named.length === 1 && field === level && value === key;
}

type Named = Pick<LedgerForecast, 'level' | 'key' | 'currency' | 'budget'>;

function forecastOf(
  frame: Pick<Frame, 'reach' | 'paths'>,
  outlook: Outlook,
  window: DayWindow,
  named: Named,
  limit: string | null,
): ForecastOfSubject {
  const { reach } = frame;
  if (outlook.series.isBehind && window.until > reach.through + 1) {
    const late = reach.behind.map(({ source, through }) => `${source} (to ${through})`).join(', ');
    const reason = `All of its cost comes from sources without a whole day of this month: ${late}.`;
    return unknown(named, window, reason, historyOf(outlook.series, reach));
  }
  const seen = outlook.series.values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  if (seen < LEAST_DAYS && window.until > reach.through + 1) {
    return unknown(
      named,
      window,
      `Bills cover ${seen} whole days; a forecast needs ${LEAST_DAYS}.`,
      historyOf(outlook.series, reach),
    );
  }
  const found = windowForecast(outlook, reach, window, frame.paths, limit);
  if ('reason' in found) return unknown(named, window, found.reason, historyOf(outlook.series, reach));
  const { days, ...rest } = found;
  const summary = { ...named, window: periodOf(window), ...rest, reason: null, note: outlook.daily.note };
  return { summary, days: { history: historyOf(outlook.series, reach), days, changes: [...outlook.changes] } };
}

function unknown(
  named: Named,
  window: DayWindow,
  reason: string,
  history: ForecastOfSubject['days']['history'],
): ForecastOfSubject {
  const nothing = { known: null, forecast: null, note: null, changes: '0', breach: null, backtest: null };
  return {
    summary: { ...named, window: periodOf(window), ...nothing, reason },
    days: { history, days: [], changes: [] },
  };
}

function periodOf({ from, until }: DayWindow): LedgerForecast['window'] {
  return { start: new Date(startOfDay(from)).toISOString(), end: new Date(startOfDay(until)).toISOString() };
}

function historyOf({ amounts, values }: SubjectSeries, { first, through, billedThrough }: Reach) {
  const from = Math.max(first, through - HISTORY_SHOWN + 1);
  const whole = Array.from({ length: through - from + 1 }, (_, index) => {
    const day = from + index;
    const isKnown = !Number.isNaN(values[day - first]);
    return { day: dayText(day), amount: isKnown ? (amounts.get(day) ?? '0') : null, isWhole: true };
  });
  const partial = Array.from({ length: Math.max(0, billedThrough - through) }, (_, index) => {
    const day = through + 1 + index;
    return { day: dayText(day), amount: amounts.get(day) ?? '0', isWhole: false };
  });
  return [...whole, ...partial];
}

const DAY_MS = startOfDay(1);

interface BudgetQuestion {
  readonly added: readonly Outlook[];
  readonly changes: readonly ForecastChange[];
  /** Of `currenciesBeside`. */
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Budgets with charges in their present window in another currency than theirs, and the first such currency. A forecast in
 * one currency does not cover the spend of such a budget, and is not compared with its limit.
 */
async function currenciesBeside(
  { costs }: MakeDeps,
  reach: Reach,
  budgets: readonly BudgetStanding[],
  panel: readonly SubjectSeries[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name, subject, limit, period } of budgets) {
    if (panel.every(({ currency }) => currency === limit.currency)) continue;
    const window = { from: dayOfInstant(Date.parse(period.start)), until: Math.ceil(Date.parse(period.end) / DAY_MS) };
    const series = await readSubject(costs, reach, subject, 'budget', name);
    const other = series.find(({ currency, amounts }) => currency !== limit.currency && isIn(window, amounts));
    if (other !== undefined) found.set(name, other.currency);
  }
  return found;
}

/** Forecast of a budget in its present window. Its scope may be a subject of the panel, or any other one. */
async function budgetForecast(
  { costs }: Pick<MakeDeps, 'costs'>,
  frame: Frame,
  budget: BudgetStanding,
  { added, changes, others }: BudgetQuestion,
): Promise<ForecastOfSubject> {
  const { name, subject, limit, period } = budget;
  const { reach } = frame;
  const [start, end] = [Date.parse(period.start), Date.parse(period.end)];
  const window = { from: dayOfInstant(start), until: Math.ceil(end / DAY_MS) };
  const named = { level: 'budget' as const, key: name, currency: limit.currency, budget: name };
  const no = (reason: string) => unknown(named, window, reason, []);
  if (start % DAY_MS !== 0 || end % DAY_MS !== 0) return no('Its window begins or ends within a day in UTC.');
  const other = others.get(name);
  if (other !== undefined) return no(`Part of it is billed in ${other}. Forecasts are not converted.`);
  const known = added.find(({ series }) => series.currency === limit.currency && isSame(subject, series));
  const horizon = Math.max(frame.horizon, window.until - reach.through - 1);
  if (horizon > MOST_HORIZON)
    return no(`Its window ends more than ${MOST_HORIZON} days behind the last whole day of the bills.`);
  if (known !== undefined && horizon === frame.horizon) return forecastOf(frame, known, window, named, limit.amount);
  const all = await readSubject(costs, reach, subject, 'budget', name);
  const own = all.find(({ currency }) => currency === limit.currency) ?? nothingOf(name, limit.currency, frame);
  const question = horizon === frame.horizon ? frame : { ...frame, horizon, ...triedBy(reach, horizon) };
  const covered = changesCoveredBy(changes, subject, limit.currency);
  const factors = factorsOver(changes, subject, limit.currency);
  const whole = factors.map((change) => ({ ...change, subject: {} }));
  const before = grownBefore([{ ...own, level: 'total', key: null }], whole, reach.first);
  const outlook = outlookOf(own, question, covered, [...before.values()][0] ?? null);
  return forecastOf(question, withEffect(outlook, factors, reach.through + 1), window, named, limit.amount);
}

function isIn({ from, until }: DayWindow, amounts: ReadonlyMap<number, string>): boolean {
  return [...amounts.keys()].some((day) => day >= from && day < until);
}

/** Series of a subject without charges: its cost is 0 on days with a bill. */
function nothingOf(key: string, currency: string, { reach }: Frame): SubjectSeries {
  const values = Float64Array.from({ length: reach.through - reach.first + 1 }, (_, index) =>
    reach.months.has(dayText(reach.first + index).slice(0, 'YYYY-MM'.length)) ? 0 : Number.NaN,
  );
  return { level: 'budget', key, currency, amounts: new Map(), values, isBehind: false };
}

import { setImmediate } from 'node:timers/promises';
import type { Subject } from '../../org/schema.ts';
import type { BudgetStanding } from '../budgets/index.ts';
import type { Costs } from '../costs/index.ts';
import { computeStepsBack } from './daily-forecast.ts';
import { findMonthStart, findNextMonth, formatDay, startOfDay, toDayOfInstant } from './days.ts';
import { computeEarlierGrowth, selectFactors } from './factors.ts';
import { listPlannedKeys, selectCoveredChanges } from './known-changes.ts';
import { applyChanges, buildOutlook, buildPanelOutlook, mergeLeftOut, type Outlook } from './outlook.ts';
import { buildReach, type Reach, readPanel, readSubject, type SubjectSeries } from './panel.ts';
import { computeDegrees, drawMixes } from './paths.ts';
import type { ForecastChange, LedgerForecast } from './schema.ts';
import type { ForecastInputs, ForecastOfSubject } from './store.ts';
import { type DayWindow, forecastWindow, type Paths } from './window.ts';

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

export interface MadeForecasts {
  readonly standsOn: ForecastInputs;
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
export async function makeForecasts(deps: MakeDeps, question: MakeQuestion): Promise<MadeForecasts | null> {
  const bills = await deps.costs.dailyReach();
  const reach = buildReach(bills);
  if (reach === null) return null;
  const frame = buildFrame(reach, question.now);
  const panel = await readPanel(deps.costs, reach, listPlannedKeys(question.changes));
  const before = computeEarlierGrowth(panel, question.changes, reach.first);
  // Each subject of the panel counts twice: its daily forecast, and the forecast of its window.
  const total = 2 * panel.length + question.budgets.length;
  const outlooks: Outlook[] = [];
  for (const series of panel) {
    // Yields between two subjects, because each is pure CPU work.
    await setImmediate();
    question.signal.throwIfAborted();
    outlooks.push(buildPanelOutlook(series, frame, question.changes, before.get(series) ?? null));
    await question.progress(outlooks.length, total);
  }
  const added = [...Map.groupBy(outlooks, ({ series }) => series.currency).values()].flatMap((of) =>
    mergeLeftOut(of, reach, question.changes),
  );
  const others = await findOtherCurrencies(deps, reach, question.budgets, panel);
  const comparable = question.budgets.filter(({ name }) => !others.has(name));
  const forecasts: ForecastOfSubject[] = [];
  const next = async (forecast: ForecastOfSubject) => {
    forecasts.push(forecast);
    await question.progress(panel.length + forecasts.length, total);
    await setImmediate();
    question.signal.throwIfAborted();
  };
  for (const outlook of added) await next(forecastSubject(frame, outlook, comparable));
  forecasts.sort(compareBySize);
  for (const budget of question.budgets) {
    const forecast = await forecastBudget(deps, frame, budget, { added, changes: question.changes, others });
    await next(forecast);
  }
  return { standsOn: standsOn(reach, bills, frame), forecasts };
}

function buildFrame(reach: Reach, now: number): Frame {
  const next = reach.through + 1;
  const today = toDayOfInstant(now);
  const from =
    today - next > MOST_LATE_DAYS ? findMonthStart(next) : Math.max(findMonthStart(next), findMonthStart(today));
  const month = { from, until: findNextMonth(from) };
  const horizon = Math.max(LEAST_HORIZON, month.until - next);
  return { reach, month, horizon, ...planBacktest(reach, horizon) };
}

function planBacktest(reach: Reach, horizon: number): Pick<Frame, 'stepsBack' | 'paths'> {
  const stepsBack = computeStepsBack(reach.through - reach.first + 1, horizon);
  const horizons = (stepsBack[0] ?? 0) / horizon;
  const degrees = computeDegrees(horizons);
  // A series that could not be tried has eight guessed errors.
  return { stepsBack, paths: { mixes: drawMixes(stepsBack.length || 8, degrees), degrees, horizons } };
}

function standsOn(reach: Reach, bills: Awaited<ReturnType<Costs['dailyReach']>>, { month }: Frame): ForecastInputs {
  return {
    month: formatDay(month.from).slice(0, 'YYYY-MM'.length),
    through: formatDay(reach.through),
    billedThrough: formatDay(reach.billedThrough),
    sources: bills.sources.map(({ source, through }) => ({ source, through })),
    behind: [...reach.behind],
    deliveries: [...bills.deliveries],
  };
}

/** The total first, then by level, largest first. */
function compareBySize(one: ForecastOfSubject, other: ForecastOfSubject): number {
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

function forecastSubject(frame: Frame, outlook: Outlook, budgets: readonly BudgetStanding[]): ForecastOfSubject {
  const { level, key, currency } = outlook.series;
  const budget = budgets.find(
    (one) => isOfMonth(one, frame) && one.limit.currency === currency && isSame(one.subject, outlook.series),
  );
  const limit = budget?.limit.amount ?? null;
  const named = { level, key, currency, budget: budget?.name ?? null };
  return buildSubjectForecast(frame, outlook, frame.month, named, limit);
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

function buildSubjectForecast(
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
    return buildUnknownForecast(named, window, reason, cutHistory(outlook.series, reach));
  }
  const seen = outlook.series.values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  if (seen < LEAST_DAYS && window.until > reach.through + 1) {
    return buildUnknownForecast(
      named,
      window,
      `Bills cover ${seen} whole days; a forecast needs ${LEAST_DAYS}.`,
      cutHistory(outlook.series, reach),
    );
  }
  const found = forecastWindow(outlook, reach, window, frame.paths, limit);
  if ('reason' in found) return buildUnknownForecast(named, window, found.reason, cutHistory(outlook.series, reach));
  const { days, ...rest } = found;
  const summary = { ...named, window: toPeriod(window), ...rest, reason: null, note: outlook.daily.note };
  return { summary, days: { history: cutHistory(outlook.series, reach), days, changes: [...outlook.changes] } };
}

function buildUnknownForecast(
  named: Named,
  window: DayWindow,
  reason: string,
  history: ForecastOfSubject['days']['history'],
): ForecastOfSubject {
  const nothing = { known: null, forecast: null, note: null, changes: '0', breach: null, backtest: null };
  return {
    summary: { ...named, window: toPeriod(window), ...nothing, reason },
    days: { history, days: [], changes: [] },
  };
}

function toPeriod({ from, until }: DayWindow): LedgerForecast['window'] {
  return { start: new Date(startOfDay(from)).toISOString(), end: new Date(startOfDay(until)).toISOString() };
}

function cutHistory({ amounts, values }: SubjectSeries, { first, through, billedThrough }: Reach) {
  const from = Math.max(first, through - HISTORY_SHOWN + 1);
  const whole = Array.from({ length: through - from + 1 }, (_, index) => {
    const day = from + index;
    const isKnown = !Number.isNaN(values[day - first]);
    return { day: formatDay(day), amount: isKnown ? (amounts.get(day) ?? '0') : null, isWhole: true };
  });
  const partial = Array.from({ length: Math.max(0, billedThrough - through) }, (_, index) => {
    const day = through + 1 + index;
    return { day: formatDay(day), amount: amounts.get(day) ?? '0', isWhole: false };
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
async function findOtherCurrencies(
  { costs }: MakeDeps,
  reach: Reach,
  budgets: readonly BudgetStanding[],
  panel: readonly SubjectSeries[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { name, subject, limit, period } of budgets) {
    if (panel.every(({ currency }) => currency === limit.currency)) continue;
    const window = {
      from: toDayOfInstant(Date.parse(period.start)),
      until: Math.ceil(Date.parse(period.end) / DAY_MS),
    };
    const series = await readSubject(costs, reach, subject, 'budget', name);
    const other = series.find(({ currency, amounts }) => currency !== limit.currency && isIn(window, amounts));
    if (other !== undefined) found.set(name, other.currency);
  }
  return found;
}

/** Forecast of a budget in its present window. Its scope may be a subject of the panel, or any other one. */
async function forecastBudget(
  { costs }: Pick<MakeDeps, 'costs'>,
  frame: Frame,
  budget: BudgetStanding,
  { added, changes, others }: BudgetQuestion,
): Promise<ForecastOfSubject> {
  const { name, subject, limit, period } = budget;
  const { reach } = frame;
  const [start, end] = [Date.parse(period.start), Date.parse(period.end)];
  const window = { from: toDayOfInstant(start), until: Math.ceil(end / DAY_MS) };
  const named = { level: 'budget' as const, key: name, currency: limit.currency, budget: name };
  const no = (reason: string) => buildUnknownForecast(named, window, reason, []);
  if (start % DAY_MS !== 0 || end % DAY_MS !== 0) return no('Its window begins or ends within a day in UTC.');
  const other = others.get(name);
  if (other !== undefined) return no(`Part of it is billed in ${other}. Forecasts are not converted.`);
  const known = added.find(({ series }) => series.currency === limit.currency && isSame(subject, series));
  const horizon = Math.max(frame.horizon, window.until - reach.through - 1);
  if (horizon > MOST_HORIZON)
    return no(`Its window ends more than ${MOST_HORIZON} days behind the last whole day of the bills.`);
  if (known !== undefined && horizon === frame.horizon)
    return buildSubjectForecast(frame, known, window, named, limit.amount);
  const all = await readSubject(costs, reach, subject, 'budget', name);
  const own = all.find(({ currency }) => currency === limit.currency) ?? buildEmptySeries(name, limit.currency, frame);
  const question = horizon === frame.horizon ? frame : { ...frame, horizon, ...planBacktest(reach, horizon) };
  const covered = selectCoveredChanges(changes, subject, limit.currency);
  const factors = selectFactors(changes, subject, limit.currency);
  const whole = factors.map((change) => ({ ...change, subject: {} }));
  const before = computeEarlierGrowth([{ ...own, level: 'total', key: null }], whole, reach.first);
  const outlook = buildOutlook(own, question, covered, [...before.values()][0] ?? null);
  return buildSubjectForecast(question, applyChanges(outlook, factors, reach.through + 1), window, named, limit.amount);
}

function isIn({ from, until }: DayWindow, amounts: ReadonlyMap<number, string>): boolean {
  return [...amounts.keys()].some((day) => day >= from && day < until);
}

/** Series of a subject without charges: its cost is 0 on days with a bill. */
function buildEmptySeries(key: string, currency: string, { reach }: Frame): SubjectSeries {
  const values = Float64Array.from({ length: reach.through - reach.first + 1 }, (_, index) =>
    reach.months.has(formatDay(reach.first + index).slice(0, 'YYYY-MM'.length)) ? 0 : Number.NaN,
  );
  return { level: 'budget', key, currency, amounts: new Map(), values, isBehind: false };
}

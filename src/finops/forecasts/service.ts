import { randomUUID } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { JobContext, Jobs } from '../../platform/jobs/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Budgets, ExpectedBreach } from '../budgets/index.ts';
import type { Costs } from '../costs/index.ts';
import { formatDay, toDayOfInstant } from './days.ts';
import { makeForecasts } from './make.ts';
import { buildOfferedChanges, putOffered, readAllChanges, switchCommitment } from './offered.ts';
import { parseProjectTeam } from './outlook.ts';
import { buildReach } from './panel.ts';
import type {
  ForecastChange,
  ForecastDetail,
  ForecastLevel,
  ForecastStanding,
  LedgerForecast,
  LedgerForecasts,
  NewForecastChange,
} from './schema.ts';
import {
  deleteChange,
  findEarlierForecasts,
  findForecastDays,
  findForecasts,
  findLastRun,
  findWork,
  forecastOfBudget,
  insertChange,
  keepRun,
  type StoredRun,
  saveWork,
} from './store.ts';
import type { VisibleForecasts } from './visible-forecasts.ts';

export interface LedgerForecastDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly costs: Pick<Costs, 'dailySeries' | 'dailyReach' | 'dailyStamp' | 'commitmentEnds'>;
  readonly budgets: Pick<Budgets, 'standings' | 'subjects' | 'stamp'>;
}

/** The job that makes the forecasts. */
export const FORECASTS_JOB = 'forecasts.make';
/** The job that checks whether their inputs have changed. */
const LOOK = 'forecasts.look';
const PROGRESS_EVERY_MS = 500;
const heard = ['bill.imported', 'bill.reverted', 'bill.preferred', 'bill.deleted', 'allocation.derived'] as const;

/**
 * Remakes the forecasts after each delivery, and within a minute after any other change of their inputs: rules, budgets,
 * known changes, the day.
 */
export function scheduleForecasts(deps: LedgerForecastDeps, events: Pick<Events, 'subscribe'>): void {
  deps.jobs.register(FORECASTS_JOB, { handler: (_payload, context) => make(deps, context) });
  deps.jobs.register(LOOK, { handler: () => refreshIfChanged(deps) });
  deps.jobs.schedule(LOOK, '* * * * *', { kind: LOOK, payload: {} });
  events.subscribe('forecasts', heard, () => enqueue(deps, deps.store));
}

/** Deduplicates requests while one waits or runs. */
export function enqueue({ jobs }: LedgerForecastDeps, sql: Sql): Promise<void> {
  return jobs.enqueue(sql, { kind: FORECASTS_JOB, payload: {}, uniqueKey: FORECASTS_JOB });
}

async function refreshIfChanged(deps: LedgerForecastDeps): Promise<void> {
  const run = await findLastRun(deps.store);
  if (run?.stamp !== (await readInputStamp(deps))) await enqueue(deps, deps.store);
}

/** Changes whenever any input of the forecasts changes. */
async function readInputStamp({ store, clock, costs, budgets }: LedgerForecastDeps): Promise<string> {
  const changes = (await readAllChanges(store))
    .filter(({ isOn }) => isOn)
    .map(({ change, dailyAmount }) => [change, dailyAmount]);
  const day = toDayOfInstant(clock.now());
  return JSON.stringify([await costs.dailyStamp(), await budgets.stamp(store), changes, day]);
}

/** Makes forecasts until they are of the present inputs: a bill that comes meanwhile enqueues no other job while this one runs. */
async function make(deps: LedgerForecastDeps, context: JobContext): Promise<void> {
  let isMade = true;
  while (isMade && (await findLastRun(deps.store))?.stamp !== (await readInputStamp(deps))) {
    isMade = await makeOnce(deps, context);
  }
}

/**
 * False: there is nothing to make them from. Forecasts whose bill was replaced while it was read are not kept, because
 * they would mix two bills.
 */
async function makeOnce(deps: LedgerForecastDeps, { signal }: JobContext): Promise<boolean> {
  const { store, clock } = deps;
  await readCommitments(deps);
  const bill = await deps.costs.dailyStamp();
  const stamp = await readInputStamp(deps);
  const changes = (await readAllChanges(store)).filter(({ isOn }) => isOn);
  const budgets = await deps.budgets.standings(store);
  let told = Number.NEGATIVE_INFINITY;
  const progress = async (done: number, total: number) => {
    if (performance.now() - told < PROGRESS_EVERY_MS) return;
    told = performance.now();
    await saveWork(store, { done, total });
  };
  try {
    const now = clock.now();
    const made = await makeForecasts(deps, { now, budgets, changes, progress, signal });
    if (made === null) return false;
    if (bill !== (await deps.costs.dailyStamp())) return true;
    const run: StoredRun = { id: randomUUID(), madeAt: new Date(now).toISOString(), standsOn: made.standsOn, stamp };
    await store.transaction((sql) => keepRun(sql, run, made.forecasts));
    return true;
  } finally {
    await saveWork(store, null);
  }
}

/** Maximum number of days since the end of a commitment: after that, the known days already show the change. */
const ENDED_DAYS = 90;
const AHEAD_DAYS = 366;

/** Reads the commitments that end, as far as the bill states it. */
async function readCommitments({ store, clock, costs }: LedgerForecastDeps): Promise<void> {
  const reach = buildReach(await costs.dailyReach());
  if (reach === null) return;
  const { through } = reach;
  const within = {
    from: formatDay(through - ENDED_DAYS),
    to: formatDay(through + AHEAD_DAYS),
    through: formatDay(through),
  };
  const offered = buildOfferedChanges(await costs.commitmentEnds(within), new Date(clock.now()).toISOString());
  await store.transaction((sql) => putOffered(sql, offered));
}

export interface ForecastQuestion {
  readonly level?: ForecastLevel | undefined;
  readonly team?: string | undefined;
}

export async function readForecasts(
  deps: LedgerForecastDeps,
  { level, team }: ForecastQuestion,
  visible: VisibleForecasts,
): Promise<LedgerForecasts> {
  const { store } = deps;
  const [run, working] = [await findLastRun(store), await findWork(store)];
  const changes = (await readAllChanges(store)).filter((one) => visible.includesChange(one));
  const partial = visible.teams === null ? {} : { partial: { teams: [...visible.teams] } };
  if (run === null) {
    const reason = working === null ? NO_FORECAST : 'The first forecasts are being made.';
    return { standing: null, working, reason, forecasts: [], changes, ...partial };
  }
  const all = (await findForecasts(store, run.id)).filter((one) => visible.includes(one));
  const budgets = team === undefined ? [] : await findBudgetsOfTeam(deps, team);
  const forecasts = all.filter(
    (one) => (level === undefined || one.level === level) && (team === undefined || isOfTeam(one, team, budgets)),
  );
  const standing = visible.limitStanding(await readForecastStanding(deps, run));
  return { standing, working, reason: null, forecasts, changes, ...partial };
}

const NO_FORECAST =
  'No forecast yet. Import a bill with: steelyard bill import FILE. Imported bills are forecast within a minute.';

async function findBudgetsOfTeam({ store, budgets }: LedgerForecastDeps, team: string): Promise<string[]> {
  return [...(await budgets.subjects(store))].filter(([, subject]) => subject.team === team).map(([name]) => name);
}

function isOfTeam({ level, key }: LedgerForecast, team: string, budgets: readonly string[]): boolean {
  if (level === 'team') return key === team;
  if (level === 'project') return parseProjectTeam(key) === team;
  return level === 'budget' && key !== null && budgets.includes(key);
}

async function readForecastStanding(deps: LedgerForecastDeps, run: StoredRun): Promise<ForecastStanding> {
  return { madeAt: run.madeAt, ...run.standsOn, isCurrent: run.stamp === (await readInputStamp(deps)) };
}

/** Probability that a budget is exceeded, by the current forecast; null if there is none. */
export async function findBreachOfBudget(sql: Sql, budget: string): Promise<ExpectedBreach | null> {
  const run = await findLastRun(sql);
  if (run === null) return null;
  const found = await forecastOfBudget(sql, run.id, budget);
  if (found?.forecast == null || found.breach === null) return null;
  const { mean, lo80, hi80 } = found.forecast;
  const { probability, day, limit } = found.breach;
  return { probability, day, mean, lo80, hi80, limit, start: found.window.start };
}

export interface SubjectQuestion {
  readonly level: ForecastLevel;
  readonly key?: string | undefined;
  readonly currency?: string | undefined;
}

/** Errors: `forecast_not_found`. */
export async function readForecastDetail(
  deps: LedgerForecastDeps,
  question: SubjectQuestion,
  visible: VisibleForecasts,
): Promise<ForecastDetail> {
  const { store } = deps;
  const { level, key = '', currency } = question;
  const run = await findLastRun(store);
  const forecasts = run === null ? [] : await findForecasts(store, run.id);
  const forecast = forecasts.find(
    (one) => one.level === level && (one.key ?? '') === key && (currency === undefined || one.currency === currency),
  );
  const days = run === null || forecast === undefined ? null : await findForecastDays(store, run.id, forecast);
  if (run === null || forecast === undefined || days === null) throw createNotFoundError(question, run === null);
  const earlier = (await findEarlierForecasts(store, forecast, run.id)).map((one) =>
    visible.teams === null ? one : { ...one, deliveries: [] },
  );
  const standing = visible.limitStanding(await readForecastStanding(deps, run));
  return { standing, forecast, ...days, earlier };
}

function createNotFoundError({ level, key }: SubjectQuestion, isEmpty: boolean): AppError {
  const what = key === undefined ? level : `${level} "${key}"`;
  const hint = isEmpty ? NO_FORECAST : `steelyard forecast list --level ${level} names those that are.`;
  return new AppError('forecast_not_found', `There is no forecast of ${what}. ${hint}`, { level, key: key ?? null });
}

export async function addChange(
  deps: LedgerForecastDeps,
  asked: NewForecastChange,
  actor: string,
): Promise<ForecastChange> {
  const addedAt = new Date(deps.clock.now()).toISOString();
  const said = { addedAt, addedBy: actor, origin: 'stated', isOn: true } as const;
  const change: ForecastChange = { change: `fc_${randomUUID().slice(0, 8)}`, ...asked, ...said };
  await deps.store.transaction(async (sql) => {
    await insertChange(sql, change);
    await enqueue(deps, sql);
  });
  return change;
}

/** Errors: `forecast_change_not_found`, also for one that a person stated. */
export function switchChange(deps: LedgerForecastDeps, id: string, isOn: boolean): Promise<ForecastChange[]> {
  return deps.store.transaction(async (sql) => {
    const found = (await readAllChanges(sql)).find(({ change, origin }) => change === id && origin === 'bill');
    if (found === undefined || found.commitment === null) {
      const detail = `The bill has no change ${id}. Remove a stated change with: steelyard forecast change remove ${id}`;
      throw new AppError('forecast_change_not_found', detail, { change: id });
    }
    await switchCommitment(sql, found.commitment, isOn);
    await enqueue(deps, sql);
    return (await readAllChanges(sql)).filter(
      ({ commitment, origin }) => commitment === found.commitment && origin === 'bill',
    );
  });
}

/** Errors: `forecast_change_not_found`. */
export function removeChange(deps: LedgerForecastDeps, id: string): Promise<ForecastChange> {
  return deps.store.transaction(async (sql) => {
    const removed = await deleteChange(sql, id);
    if (removed === null) {
      const detail = `There is no known change ${id}. List them with: steelyard forecast change list`;
      throw new AppError('forecast_change_not_found', detail, { change: id });
    }
    await enqueue(deps, sql);
    return removed;
  });
}

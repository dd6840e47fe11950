import { type DailyForecast, forecastDays } from './daily-forecast.ts';
import { applyFactors, isWhole } from './factors.ts';
import { selectChanges, sumChangeEffects } from './known-changes.ts';
import type { Reach, SubjectSeries } from './panel.ts';
import { OTHERS } from './panel.ts';
import { addUpTo, type Base, reconcileTotal } from './reconcile.ts';
import type { ForecastChange } from './schema.ts';

/** Forecast of the next days of one subject, with the inputs of its totals. */
export interface Outlook {
  readonly series: SubjectSeries;
  /** Expected cost of each day after the last complete one, including known changes. */
  readonly mean: Float64Array;
  /** Amount that known changes add to each of these days. */
  readonly effect: Float64Array;
  readonly errors: readonly Float64Array[];
  readonly mayBeNegative: boolean;
  readonly changes: readonly ForecastChange[];
  readonly daily: Pick<DailyForecast, 'tried' | 'backtest' | 'note' | 'monthlyDays'>;
}

export interface OutlookQuestion {
  readonly reach: Reach;
  readonly horizon: number;
  readonly stepsBack: readonly number[];
}

/** Outlook of one subject. `changes`: the changes in its cost; `grownBy`: the amounts that factors have added to its known days. */
export function buildOutlook(
  series: SubjectSeries,
  { reach, horizon, stepsBack }: OutlookQuestion,
  changes: readonly ForecastChange[],
  grownBy: Float64Array | null = null,
): Outlook {
  const past = sumChangeEffects(changes, reach.first, series.values.length);
  const values = series.values.map((value, at) => value - (past[at] as number) - (grownBy?.[at] ?? 0));
  const { mean, errors, ...daily } = forecastDays(values, reach.first, horizon, stepsBack);
  const effect = sumChangeEffects(changes, reach.through + 1, horizon);
  const mayBeNegative = [values, series.values].some((days) => days.some((day) => day < 0));
  const expected = mean.map((day, step) =>
    Math.max(day, getPartialAmount(series, reach, step) - (effect[step] as number)),
  );
  return { series, mean: expected, effect, errors, mayBeNegative, changes, daily };
}

/** Amount already billed for an incomplete day. It is a lower bound for the day if the series has no negative days. */
function getPartialAmount({ amounts, values }: SubjectSeries, reach: Reach, step: number): number {
  const billed = Number(amounts.get(reach.through + 1 + step) ?? 0);
  return billed > 0 && values.every((value) => !(value < 0)) ? billed : Number.NEGATIVE_INFINITY;
}

/**
 * Makes the subjects of one currency add up. The total is a weighted mean of the total's forecast and the sums of the levels.
 * Each level distributes its difference from the total; projects add up to their teams. Known changes are applied last,
 * factors first, and add up as well.
 */
export function mergeLeftOut(
  outlooks: readonly Outlook[],
  reach: Reach,
  changes: readonly ForecastChange[],
): Outlook[] {
  const total = outlooks.find(({ series }) => series.level === 'total');
  if (total === undefined) return [...outlooks];
  const byLevel = Map.groupBy(
    outlooks.filter(({ series }) => series.level !== 'total'),
    ({ series }) => series.level,
  );
  const weighed = reconcileTotal(
    toBase(total),
    [...byLevel.values()].map((level) => level.map(toBase)),
  ).total;
  const result = new Map<Outlook, Base>([[total, weighed]]);
  const put = (parent: Base, parts: readonly Outlook[]) => {
    for (const [index, base] of addUpTo(parent, parts.map(toBase)).entries()) result.set(parts[index] as Outlook, base);
  };
  for (const [level, parts] of byLevel) if (level !== 'project') put(weighed, parts);
  const teams = byLevel.get('team') ?? [];
  const projects = byLevel.get('project') ?? [];
  if ([...teams, ...projects].some(({ series }) => series.key === OTHERS) || !haveTeams(projects, teams))
    put(weighed, projects);
  else {
    for (const team of teams) {
      const parts = projects.filter(({ series }) => parseProjectTeam(series.key) === team.series.key);
      put(result.get(team) ?? toBase(team), parts);
    }
  }
  const bases = outlooks.map((outlook) => ({
    outlook,
    series: outlook.series,
    ...(result.get(outlook) ?? toBase(outlook)),
  }));
  return applyFactors(bases, changes, reach.through + 1).map(({ outlook, mean, errors, effect: more }) => ({
    ...outlook,
    mean: mean.map((day, step) => day + (outlook.effect[step] as number)),
    errors,
    effect: outlook.effect.map((day, step) => day + (more[step] as number)),
  }));
}

function toBase({ mean, errors, mayBeNegative }: Outlook): Base {
  return { mean, errors, mayBeNegative };
}

/** One outlook with the changes applied: factors of all of it, then amounts. */
export function applyChanges(outlook: Outlook, factors: readonly ForecastChange[], first: number): Outlook {
  const whole = factors.map((change) => ({ ...change, subject: {} }));
  const series = { level: 'total' as const, key: null, currency: outlook.series.currency };
  const [own] = applyFactors([{ series, ...toBase(outlook) }], whole, first);
  if (own === undefined) return outlook;
  const effect = outlook.effect.map((day, step) => day + (own.effect[step] as number));
  return {
    ...outlook,
    effect,
    errors: own.errors,
    mean: outlook.mean.map((day, step) => day + (effect[step] as number)),
  };
}

export function parseProjectTeam(key: string | null): string | null {
  const team = key?.slice(0, key.indexOf('/')) ?? '';
  return team === '' ? null : team;
}

function haveTeams(projects: readonly Outlook[], teams: readonly Outlook[]): boolean {
  const known = new Set(teams.map(({ series }) => series.key));
  const split = new Set(projects.map(({ series }) => parseProjectTeam(series.key)));
  return [...split].every((team) => known.has(team)) && [...known].every((team) => split.has(team));
}

/** The changes of a subject of the panel. */
export function buildPanelOutlook(
  series: SubjectSeries,
  question: OutlookQuestion,
  changes: readonly ForecastChange[],
  grownBy: Float64Array | null,
): Outlook {
  const own = selectChanges(changes, series);
  const whole = changes.filter((change) => !own.includes(change) && change.factor !== null && isWhole(change, series));
  return buildOutlook(series, question, [...own, ...whole], grownBy);
}

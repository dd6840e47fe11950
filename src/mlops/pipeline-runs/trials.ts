import { decimal, decimalString, type Money } from '../../platform/units/index.ts';
import { findSweep, type PlannedStep } from '../pipeline-definition/index.ts';
import { createSpending, goesOnByAsha, isBetter, type Progress, type SweepSpec } from '../sweeps/schema.ts';
import { type DriveDeps, type DrivenRun, requireStep } from './context.ts';
import { isOver } from './schema.ts';
import { save } from './steps-of-run.ts';
import { findRun, listStepSummaries, listSteps, type StoredRun, type StoredStep } from './store.ts';
import type { TrialProgress } from './trial-progress.ts';

/** Without `after`: number of first rungs in an even share of the budget. */
const RUNGS_IN_A_SHARE = 4;

/**
 * Stores the value of the metric of a running trial at its cost so far, and decides whether it continues. Answers the reason to end it
 * early, one clause. Null: it continues, or the step is no trial.
 */
export async function judgeTrial(deps: DriveDeps, driven: DrivenRun, key: string): Promise<string | null> {
  const planned = driven.plan.steps.find((step) => step.key === key);
  const sweep = planned === undefined ? null : findSweep(planned.step);
  const stored = requireStep(driven, key);
  if (planned === undefined || sweep === null) return null;
  if (stored.trial?.ended != null) return stored.trial.ended;
  const value = await readTrialValue(deps, sweep, stored.mlflowRun);
  if (value === null) return null;
  const noted = { ...requireStep(driven, key), trial: addPoint(stored, value, sweep.best) };
  const trials = driven.plan.steps.filter(({ name }) => name === planned.name);
  const steps = trials.map((trial) => (trial.key === key ? noted : requireStep(driven, trial.key)));
  const ranked = { steps, at: trials.indexOf(planned), all: [...driven.steps.values()], budget: readRunLimit(driven) };
  const ended = continuesTrial(sweep, ranked) ? null : describeEarlyEnd(sweep);
  await save(deps, driven, { ...noted, trial: { ...noted.trial, ended } });
  return ended;
}

/** Latest value of the metric of a trial. Null: it has logged none. */
export async function readTrialValue(
  { models }: Pick<DriveDeps, 'models'>,
  { metric }: SweepSpec,
  mlflowRun: string | null,
): Promise<number | null> {
  const value = mlflowRun === null ? null : await models.metricOf(mlflowRun, metric);
  return value === null || Number.isNaN(value) ? null : value;
}

function addPoint({ trial, spent }: StoredStep, value: number, best: SweepSpec['best']): TrialProgress {
  const points = trial?.points ?? [];
  const last = points.at(-1);
  const isNews = last === undefined || isBetter(value, last.value, best);
  return { points: isNews ? [...points, { spent: toNumber(spent), value }] : points, ended: null };
}

const toNumber = (money: Money | null): number => Number(money?.amount ?? 0);

type TrialNow = Pick<StoredStep, 'key' | 'state' | 'attempt' | 'spent' | 'trial'>;

interface RankedTrials {
  /** Trials of the sweep, in their order. */
  readonly steps: readonly TrialNow[];
  /** Index of the trial that is judged. */
  readonly at: number;
  /** All steps of the run. */
  readonly all: readonly TrialNow[];
  /** Limit of the run. */
  readonly budget: Money | null;
}

/**
 * Whether a running trial continues: it is among the best at its cost, or no other trial needs the money that it would spend. Example: at a
 * rung with the values 0.9, 0.8 and 0.7 and eta 3, only the first one continues while the others can use the money.
 */
export function continuesTrial(sweep: SweepSpec, { steps, at, all, budget: limit }: RankedTrials): boolean {
  if (sweep.stop.rule === 'none') return true;
  const budget = toNumber(limit);
  const firstRung = toNumber(sweep.stop.after ?? null) || budget / sweep.trials / RUNGS_IN_A_SHARE;
  const progress = steps.map(toProgress);
  const own = progress[at];
  if (own === undefined || goesOnByAsha(own, progress, { firstRung, eta: sweep.stop.eta, goal: sweep.best }))
    return true;
  const keys = new Set(steps.map(({ key }) => key));
  const others = all.filter(({ key }) => !keys.has(key));
  const spending = createSpending(budget - others.reduce((sum, { spent }) => sum + toNumber(spent), 0), steps.length);
  for (const [number, { state, attempt, spent }] of steps.entries()) {
    if (attempt === 0 && !isOver(state)) continue;
    spending.report(number, toNumber(spent));
    if (isOver(state)) spending.end(number);
  }
  return !spending.isNeededByOthers(at);
}

/** Its best values, and the last one again at the cost so far. */
function toProgress({ trial, spent }: TrialNow, number: number): Progress {
  const points = trial?.points ?? [];
  const last = points.at(-1);
  return { trial: number, points: last === undefined ? [] : [...points, { ...last, spent: toNumber(spent) }] };
}

function describeEarlyEnd({ metric, stop: { eta } }: SweepSpec): string {
  return `ended early: ${metric} is not among the best of ${eta} at this cost`;
}

/**
 * Reason for which an equal trial was ended early in the run that this run resumes, so that it is not repeated. Null: it was not, or there is
 * no such run.
 */
export async function findEarlyEnd(
  { store }: Pick<DriveDeps, 'store'>,
  { resumedFrom }: StoredRun,
  { key, cacheKey }: Pick<StoredStep, 'key' | 'cacheKey'>,
): Promise<Pick<StoredStep, 'trial' | 'mlflowRun' | 'outputs'> | null> {
  if (resumedFrom === null) return null;
  const before = (await listSteps(store, resumedFrom)).find((step) => step.key === key && step.cacheKey === cacheKey);
  return before?.trial?.ended == null ? null : before;
}

/** Whether a trial without enough money waits for another step of its run, which may release some. */
export function awaitsMoney({ steps }: DrivenRun, planned: Pick<PlannedStep, 'key' | 'step'>): boolean {
  if (findSweep(planned.step) === null) return false;
  return [...steps.values()].some(({ key, state }) => key !== planned.key && state === 'running');
}

/** Cost of the runs that a run with a sweep resumes: its budget is the limit of all of them together. Null: none. */
export async function readSpentBefore(
  { store }: Pick<DriveDeps, 'store'>,
  { spec, resumedFrom }: StoredRun,
): Promise<Money | null> {
  const isSweep = Object.values(spec.steps).some((step) => findSweep(step) !== null);
  if (!isSweep || spec.budget === undefined || resumedFrom === null) return null;
  const { currency } = spec.budget;
  let sum = decimal(0);
  for (let id: string | null = resumedFrom; id !== null; id = (await findRun(store, id))?.resumedFrom ?? null) {
    for (const { state, spent } of await listStepSummaries(store, [id]))
      if (state !== 'cached' && spent?.currency === currency) sum = sum.plus(spent.amount);
  }
  return { amount: decimalString(sum), currency };
}

/** Limit of a run. Null: it has no budget. */
export function readRunLimit({ run: { spec }, spentBefore }: Pick<DrivenRun, 'run' | 'spentBefore'>): Money | null {
  return spec.budget === undefined ? null : computeRunLimit({ budget: spec.budget, spentBefore });
}

/** Budget of a run less the cost of the runs that it resumes, at least 0; `spentBefore` null: none. */
export function computeRunLimit({
  budget,
  spentBefore,
}: {
  readonly budget: Money;
  readonly spentBefore: Money | null;
}): Money {
  if (spentBefore === null) return budget;
  const rest = decimal(budget.amount).minus(spentBefore.amount);
  return { amount: decimalString(rest.isNegative() ? decimal(0) : rest), currency: budget.currency };
}

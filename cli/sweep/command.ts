import { join } from 'node:path';
import { z } from 'zod';
import { ResourceName } from '../../src/finops/metering/schema.ts';
import { getPrice } from '../../src/finops/prices/schema.ts';
import { isBetter } from '../../src/mlops/sweeps/schema.ts';
import { type Decimal, decimal, type Money } from '../../src/platform/units/schema.ts';
import { findExperimentId } from '../experiment.ts';
import { command } from '../frame/command.ts';
import type { Context } from '../frame/context.ts';
import { CommandError, RemoteFailure } from '../frame/failure.ts';
import { type Asked, beginRun, endRun } from '../metered/held-run.ts';
import { HourlyPriceWord, MoneyWord } from '../metered/money-words.ts';
import { formatMoney } from '../output/amounts.ts';
import { table } from '../output/table.ts';
import { DEFAULT_GRACE_SECONDS, planBudget } from './budget-plan.ts';
import { parseSpace } from './space.ts';
import { runTrials, type Trial } from './trials.ts';

const NOTHING_EXIT = 13;
const count = (most: number) => z.coerce.number().int().min(1).max(most);
/** Without --rung: number of first rungs in an even share of the budget. */
const RUNGS_IN_A_SHARE = 4;

const sweepCommand = command({
  path: ['sweep', 'run'],
  summary: 'Search hyperparameters under one budget, with early stopping of trials',
  example: `steelyard sweep run --budget 20USD --price 3.06USD/h --metric accuracy --param lr=log:1e-4..1e-1 --param depth=2,4,8 --trials 30 --parallel 2 -- python train.py --lr {lr} --depth {depth}`,
  needs: 'server',
  positionals: {
    command: { many: true, describe: 'Command and arguments, after --; {name} is the value of a parameter' },
  },
  options: {
    budget: {
      value: 'MONEY',
      schema: MoneyWord,
      required: true,
      describe: 'Budget of all trials together, such as 20USD',
    },
    metric: { value: 'NAME', required: true, describe: 'MLflow metric that the trials log' },
    param: {
      value: 'NAME=VALUES',
      repeat: true,
      describe: 'depth=2,4,8, drop=0..0.5, lr=log:1e-4..1e-1, layers=int:1..8',
    },
    goal: { value: 'max|min', fallback: 'max', schema: z.enum(['max', 'min']), describe: 'Which value is better' },
    trials: { value: 'N', fallback: '20', schema: count(10_000), describe: 'Most trials' },
    parallel: { value: 'N', fallback: '1', schema: count(64), describe: 'Concurrent trials' },
    stop: {
      value: 'asha|median|none',
      fallback: 'asha',
      schema: z.enum(['asha', 'median', 'none']),
      describe: 'Early stopping rule',
    },
    rung: {
      value: 'MONEY',
      schema: MoneyWord,
      describe: 'Cost before which no trial is stopped; default: a quarter of an even share',
    },
    eta: {
      value: 'N',
      fallback: '3',
      schema: z.coerce.number().int().min(2).max(10),
      describe: 'Reduction factor: one of N trials continues at each rung',
    },
    seed: {
      value: 'N',
      fallback: '1',
      schema: z.coerce.number().int().min(0).max(1e9),
      describe: 'Seed of the draws; the same seed draws the same trials',
    },
    price: {
      value: 'PRICE',
      schema: HourlyPriceWord,
      describe: 'Price of this machine for one trial, such as 3.06USD/h',
    },
    instance: { value: 'TYPE', schema: ResourceName, describe: 'Key of this machine in the price book' },
    quantity: {
      value: 'N',
      fallback: '1',
      schema: z.string().regex(/^\d+(\.\d+)?$/),
      describe: 'Number of machines of this price for one trial',
    },
    team: { value: 'TEAM', describe: 'Team that owns it' },
    project: { value: 'PROJECT', describe: 'Project that it belongs to' },
    experiment: { value: 'NAME|ID', fallback: '0', describe: 'MLflow experiment of its runs' },
    grace: {
      value: 'SECONDS',
      schema: z.coerce.number().int().min(0).max(86_400),
      describe: 'Grace period before a trial is killed; default: 4% of the budget, at most 10 s',
    },
    logs: { value: 'FOLDER', describe: 'Folder for the output of the trials; default: .steelyard/sweeps/RUN' },
  },
  exits: { 13: 'no trial logged the metric' },
  run: async (
    context,
    {
      command: words,
      param,
      budget,
      metric,
      goal,
      trials,
      parallel,
      stop,
      rung,
      eta,
      seed,
      grace,
      logs,
      experiment,
      ...asked
    },
  ) => {
    const space = parseSpace(param);
    const graceSeconds = await planGrace(context, { budget, parallel: Math.min(parallel, trials), grace, asked });
    const experimentId = await findExperimentId(await context.client(), experiment);
    const parent = await beginRun(context, experimentId, ['sweep:', ...words], asked, {
      'steelyard.sweep': `${stop}, ${formatMoney(budget)}`,
    });
    const sweep = {
      parent,
      experimentId,
      words,
      asked,
      graceSeconds,
      budget,
      space,
      seed,
      trials,
      parallel,
      metric,
      goal,
      stopping: { rule: stop, firstRung: computeFirstRung(budget, trials, rung), eta },
      logs: logs ?? join('.steelyard', 'sweeps', parent),
    };
    const done = await runTrials(context, sweep, (trial) => context.remark(trialText(trial))).catch(
      async (error: unknown) => {
        await endRun(context, parent, 'FAILED', Date.now());
        throw error;
      },
    );
    await endRun(context, parent, 'FINISHED', Date.now());
    const best = findBestTrial(done, goal);
    const outcome = outcomeText(done, { budget, trials });
    await context.answer({ run: parent, best, spent: sumCost(done), outcome, trials: done }, () =>
      sweepText(done, { best, outcome }, context),
    );
    return best === null ? NOTHING_EXIT : 0;
  },
});

/**
 * Returns the time for trials to stop. Prints a remark when the budget is below its minimum. Errors:
 * `sweep_budget_too_small`.
 */
async function planGrace(context: Context, { budget, parallel, grace, asked }: BudgetQuestion): Promise<number> {
  const hourly = await readHourlyPrice(context, asked, budget.currency);
  if (hourly === null || hourly.isZero()) return grace ?? DEFAULT_GRACE_SECONDS;
  const { graceSeconds, least, minimum } = planBudget({ budget, hourly, parallel, graceSeconds: grace });
  const needs = `${formatMoney(minimum)}: ${parallel} at a time with ${graceSeconds} s to stop at ${formatMoney({ amount: hourly.toFixed(), currency: budget.currency })} an hour`;
  if (decimal(budget.amount).lessThan(least.amount)) {
    const detail = `The budget of ${formatMoney(budget)} begins no trial: one needs ${formatMoney(least)}. The minimum for this sweep is ${needs}.`;
    throw new CommandError('sweep_budget_too_small', detail, { budget, least, minimum });
  }
  if (decimal(budget.amount).lessThan(minimum.amount)) {
    await context.remark(
      `The budget of ${formatMoney(budget)} is below the minimum of ${needs}. Up to ${formatMoney(least)} of it can remain unspent.`,
    );
  }
  return graceSeconds;
}

interface BudgetQuestion {
  readonly budget: Money;
  /** Trials at a time. */
  readonly parallel: number;
  readonly grace: number | undefined;
  readonly asked: Omit<Asked, 'budget'>;
}

/** Price of one trial for an hour in the currency of the budget; null where none is known: the server refuses the trial then. */
async function readHourlyPrice(
  context: Context,
  { price, instance, quantity }: BudgetQuestion['asked'],
  currency: string,
): Promise<Decimal | null> {
  if (price !== undefined) return price.currency === currency ? decimal(price.amount).times(quantity) : null;
  if (instance === undefined) return null;
  try {
    const listed = await (await context.client()).call(getPrice, { query: { resource: instance } });
    return listed.currency === currency ? decimal(listed.amount).times(quantity) : null;
  } catch (error) {
    if (error instanceof RemoteFailure) return null;
    throw error;
  }
}

function computeFirstRung(budget: Money, trials: number, rung: Money | undefined): number {
  if (rung !== undefined) return Number(rung.amount);
  return decimal(budget.amount).dividedBy(trials).dividedBy(RUNGS_IN_A_SHARE).toNumber();
}

function findBestTrial(trials: readonly Trial[], goal: 'max' | 'min'): Trial | null {
  return trials.reduce<Trial | null>((best, one) => {
    if (one.value === null) return best;
    return best?.value == null || isBetter(one.value, best.value, goal) ? one : best;
  }, null);
}

/** Null while the cost of some trial is not known. */
function sumCost(trials: readonly Trial[]): Money | null {
  const started = trials.filter(({ run }) => run !== null);
  const spent = started.flatMap((trial) => trial.spent ?? []);
  const [first] = spent;
  if (first === undefined || spent.length < started.length) return null;
  return {
    amount: spent.reduce((sum, { amount }) => sum.plus(amount), decimal(0)).toFixed(),
    currency: first.currency,
  };
}

function trialText({ trial, state, value, spent, params }: Trial): string {
  const drawn = Object.entries(params).map(([name, text]) => `${name}=${text}`);
  return `trial ${trial} ${state}: ${value ?? 'no value'}, ${formatMoney(spent) ?? 'cost not known'} (${drawn.join(' ')})`;
}

function sweepText(
  trials: readonly Trial[],
  { best, outcome }: { readonly best: Trial | null; readonly outcome: string },
  { paint }: Context,
): string {
  const rows = table(
    trials,
    [
      { title: 'TRIAL', align: 'right', cell: ({ trial }) => String(trial) },
      {
        title: 'PARAMS',
        cell: ({ params }) =>
          Object.entries(params)
            .map(([name, value]) => `${name}=${value}`)
            .join(' '),
        least: 12,
      },
      { title: 'VALUE', align: 'decimal', cell: ({ value }) => (value === null ? null : String(value)) },
      { title: 'COST', align: 'decimal', cell: ({ spent }) => formatMoney(spent) },
      { title: 'STATE', cell: ({ state }) => state },
    ],
    paint,
  );
  return `${rows}\n${best === null ? 'no trial logged the metric' : `best: trial ${best.trial} with ${best.value}`}; ${outcome}`;
}

/** Spent share of the budget, and the reason why it is not more. */
function outcomeText(
  done: readonly Trial[],
  { budget, trials }: { readonly budget: Money; readonly trials: number },
): string {
  const total = formatMoney(sumCost(done)) ?? 'cost not known';
  const of = `${total} of ${formatMoney(budget)}`;
  const count = (state: Trial['state']) => done.filter((one) => one.state === state).length;
  if (count('finished') === trials) return `all ${trials} trials finished; ${of} was needed`;
  const early = count('stopped early');
  if (early === 0 || count('stopped: budget') + count('never begun') > 0) return `${of} spent`;
  return `${early} of ${trials} trials ended early; ${of} spent`;
}

export const sweepCommands = [sweepCommand];

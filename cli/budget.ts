import { type BudgetRefusal, listBudgetRefusals } from '../src/finops/budgets/refusals/schema.ts';
import {
  approveBudget,
  type Budget,
  type BudgetDetail,
  BudgetPeriod,
  type BudgetSpec,
  Enforcement,
  getBudget,
  listBudgets,
  RollOver,
} from '../src/finops/budgets/schema.ts';
import { postApply } from '../src/platform/manifests/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { MoneyWord } from './metered/money-words.ts';
import { formatAmount, formatMoney } from './output/amounts.ts';
import { ratesText, withoutRateText } from './output/rates.ts';
import { sourcesBehindText } from './output/sources-behind.ts';
import { table } from './output/table.ts';
import { subjectText } from './usage.ts';

const budgetsCommand = command({
  path: ['budget', 'list'],
  summary: 'List the budgets with their spend and status',
  example: 'steelyard budget list',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const document = await client.call(listBudgets);
    await context.answer(document, () => budgetsText(document.budgets, context));
    if (document.budgets.length === 0) await context.remark('No budget yet. steelyard apply -f BUDGET.yaml');
    for (const budget of document.budgets) {
      const reason = unknownReason(budget);
      if (reason !== null) await context.remark(`${budget.name}: spent is unknown. ${reason}`);
      for (const line of [...basisText(budget), ...lateText(budget), ...conversionText(budget)])
        await context.remark(`${budget.name}: ${line}`);
    }
    return 0;
  },
});

/** Reason why the spent amount is unknown; null where it is known. */
function unknownReason({ spent, billedReason }: Budget): string | null {
  return spent === null ? billedReason : null;
}

/** Sources that the amount to date lacks. */
function lateText({ toDate }: Budget): string[] {
  const late = sourcesBehindText(toDate?.behind ?? []);
  return late === null ? [] : [`To date: ${late}.`];
}

/** Basis of the projected amount, where it is not the forecast of the budget. */
function basisText({ forecastBasis }: Budget): string[] {
  return forecastBasis === 'evenBurn' ? ['EXPECTED is projected from the spend so far: no forecast yet.'] : [];
}

/** Exchange rates of spend in other currencies, and the cost without a rate. */
function conversionText({ conversion, limit: { currency } }: Budget): string[] {
  if (conversion === null) return [];
  return [...ratesText({ currency, rates: conversion.rates }), ...withoutRateText(conversion.leftOut)];
}

function budgetsText(budgets: readonly Budget[], { paint }: Context): string {
  if (budgets.length === 0) return '';
  return table(
    budgets,
    [
      { title: 'BUDGET', cell: ({ name }) => name },
      { title: 'SUBJECT', cell: ({ subject }) => subjectText(subject), least: 12 },
      { title: 'SINCE', cell: ({ period }) => period.start.slice(0, 10) },
      { title: 'LIMIT', align: 'decimal', cell: ({ limit }) => formatMoney(limit) },
      { title: 'EFFECTIVE', align: 'decimal', cell: ({ billed }) => formatMoney(billed) },
      {
        title: 'TO DATE',
        align: 'decimal',
        cell: ({ toDate }) => (toDate === null ? null : formatAmount(toDate.amount)),
      },
      { title: 'THROUGH', cell: ({ toDate }) => toDate?.through ?? null },
      { title: 'EXPECTED', align: 'decimal', cell: ({ forecast }) => formatMoney(forecast) },
      { title: 'METERED', align: 'decimal', cell: ({ metered }) => formatMoney(metered) },
      { title: 'RESERVED', align: 'decimal', cell: ({ reserved }) => formatMoney(reserved) },
      {
        title: 'REMAINING',
        align: 'decimal',
        cell: (budget) => formatMoney(computeRemaining(budget)),
        style: ({ remaining }) => (remaining?.startsWith('-') ? paint.bad : plain),
      },
    ],
    paint,
  );
}

const plain = (text: string): string => text;

function computeRemaining({ remaining, limit }: Budget): Budget['limit'] | null {
  return remaining === null ? null : { amount: remaining, currency: limit.currency };
}

const budgetCommand = command({
  path: ['budget', 'show'],
  summary: 'Show a budget: its spend, status and stopped work',
  example: 'steelyard budget show recommender',
  needs: 'server',
  positionals: { budget: { describe: 'Name of the budget' } },
  run: async (context, { budget }) => {
    const detail = await (await context.client()).call(getBudget, { params: { budget } });
    await context.answer(detail, () => budgetText(detail, context));
  },
});

const createBudgetCommand = command({
  path: ['budget', 'create'],
  summary: 'Create a budget, or change an existing one',
  example: `steelyard budget create recommender --amount 200USD --project recommender --enforcement hard
steelyard budget create everything --amount 5000EUR --every quarter --time-zone Europe/Berlin`,
  needs: 'server',
  positionals: { budget: { describe: 'Name of the budget' } },
  options: {
    amount: { value: 'MONEY', schema: MoneyWord, required: true, describe: 'Amount of one window, such as 200USD' },
    every: {
      value: BudgetPeriod.options.join('|'),
      schema: BudgetPeriod,
      fallback: 'month',
      describe: 'Length of a budget window',
    },
    timeZone: { value: 'ZONE', fallback: 'UTC', describe: 'Time zone of the window boundaries' },
    enforcement: {
      value: Enforcement.options.join('|'),
      schema: Enforcement,
      fallback: 'soft',
      describe: 'Enforcement at the limit',
    },
    rollOver: {
      value: RollOver.options.join('|'),
      schema: RollOver,
      fallback: 'none',
      describe: 'Whether unspent amounts are added to the next window',
    },
    parent: { value: 'BUDGET', describe: 'Parent budget' },
    team: { value: 'TEAM', describe: 'Covers the spend of this team' },
    project: { value: 'PROJECT', describe: 'Covers the spend of this project' },
    experiment: { value: 'ID', describe: 'Covers the spend of this experiment' },
  },
  run: async (context, { budget, amount: money, team, project, experiment, ...spec }) => {
    const client = await context.client();
    const document = {
      apiVersion: 'steelyard/v1',
      kind: 'Budget',
      metadata: { name: budget },
      spec: {
        ...(await readUnlistedSettings(client, budget)),
        ...spec,
        subject: { team, project, experiment },
        amount: money.amount,
        currency: money.currency,
      },
    };
    // JSON is YAML; undefined settings are left out of it.
    const documents = [{ file: 'the command line', text: JSON.stringify(document) }];
    await client.call(postApply, { body: { documents, dryRun: false } });
    const detail = await client.call(getBudget, { params: { budget } });
    await context.answer(detail, () => budgetText(detail, context));
  },
});

/** Settings of an existing budget that have no option here: `warnAt` and `notify`. Applying the budget keeps them. */
async function readUnlistedSettings(
  client: Client,
  budget: string,
): Promise<Partial<Pick<BudgetSpec, 'warnAt' | 'notify'>>> {
  const { budgets } = await client.call(listBudgets);
  if (!budgets.some(({ name }) => name === budget)) return {};
  const [now] = (await client.call(getBudget, { params: { budget } })).versions;
  return now === undefined ? {} : { warnAt: now.spec.warnAt, notify: now.spec.notify };
}

const approveCommand = command({
  path: ['budget', 'approve'],
  summary: 'Approve an additional amount for the current window of a budget',
  example: 'steelyard budget approve recommender --amount 50 --note "the last sweep before the launch"',
  needs: 'server',
  positionals: { budget: { describe: 'Name of the budget' } },
  options: {
    amount: { value: 'AMOUNT', required: true, describe: 'Additional amount, in the currency of the budget' },
    note: { value: 'WHY', required: true, describe: 'Why' },
  },
  run: async (context, { budget, ...body }) => {
    const detail = await (await context.client()).call(approveBudget, { params: { budget }, body });
    await context.answer(detail, () => budgetText(detail, context));
  },
});

const refusalsCommand = command({
  path: ['budget', 'refusals'],
  summary: 'List the last requests for money that a budget refused',
  example: 'steelyard budget refusals recommender',
  needs: 'server',
  positionals: { budget: { describe: 'Name of the budget' } },
  run: async (context, { budget }) => {
    const document = await (await context.client()).call(listBudgetRefusals, { params: { budget } });
    await context.answer(document, () => refusalsText(document.refusals, context));
    if (document.refusals.length === 0) await context.remark(`Budget "${budget}" has refused no request.`);
  },
});

function refusalsText(refusals: readonly BudgetRefusal[], { paint }: Context): string {
  if (refusals.length === 0) return '';
  return table(
    refusals,
    [
      { title: 'REFUSED', cell: ({ refusedAt }) => refusedAt.slice(0, 19) },
      { title: 'REQUESTED BY', cell: ({ subject, reservation }) => subjectText(subject) ?? reservation, least: 12 },
      { title: 'RESOURCE', cell: ({ resource, quantity }) => `${quantity} ${resource}` },
      { title: 'NEEDED', align: 'decimal', cell: ({ needed }) => formatMoney(needed) },
      { title: 'LEFT', align: 'decimal', cell: ({ left }) => formatMoney(left) },
      { title: 'TIMES', align: 'right', cell: ({ times }) => String(times) },
      { title: 'REASON', cell: ({ reason }) => reason },
    ],
    paint,
  );
}

function budgetText(budget: BudgetDetail, context: Context): string {
  const { approvals, stops, reserved, state, enforcement, rolledOver } = budget;
  const reason = unknownReason(budget);
  const lines = [
    budgetsText([budget], context),
    `${enforcement}, ${state}; ${formatMoney(reserved)} reserved by running work`,
    ...(reason === null ? [] : [`spent is unknown: ${reason}`]),
    ...basisText(budget),
    ...lateText(budget),
    ...conversionText(budget),
    ...(rolledOver === null ? [] : [`rolled over from the window before: ${formatMoney(rolledOver)}`]),
    ...approvals.map(({ amount, note }) => `approved beyond it: ${formatMoney({ ...budget.limit, amount })} (${note})`),
  ];
  if (stops.length > 0) lines.push('', stopsText(stops, context));
  return lines.join('\n');
}

function stopsText(stops: BudgetDetail['stops'], { paint }: Context): string {
  return table(
    stops,
    [
      { title: 'STOPPED', cell: ({ at }) => at.slice(0, 19) },
      { title: 'RESERVATION', cell: ({ reservation }) => reservation },
      { title: 'SUBJECT', cell: ({ subject }) => subjectText(subject), least: 12 },
      { title: 'SPENT', align: 'decimal', cell: ({ spent }) => formatMoney(spent) },
      { title: 'CHECKPOINT', cell: ({ checkpoint }) => checkpoint, least: 12 },
    ],
    paint,
  );
}

export const budgetCommands = [budgetsCommand, budgetCommand, createBudgetCommand, approveCommand, refusalsCommand];

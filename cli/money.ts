import { z } from 'zod';
import { approveBudget, type Budget, type BudgetDetail, getBudget, listBudgets } from '../src/finops/budgets/schema.ts';
import { getPrice, listPrices, type Price, type PriceAt } from '../src/finops/prices/schema.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { shownMoney } from './output/amounts.ts';
import { table } from './output/table.ts';
import { subjectText } from './usage.ts';

const pricesCommand = command({
  path: ['price', 'list'],
  summary: 'List the price book, by resource and date',
  example: 'steelyard price list',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const document = await client.call(listPrices);
    await context.answer(document, () => pricesText(document.prices, context));
    if (document.prices.length === 0) await context.remark('No price yet. steelyard apply -f PRICES.yaml');
    return 0;
  },
});

function pricesText(prices: readonly Price[], { paint }: Context): string {
  if (prices.length === 0) return '';
  return table(
    prices,
    [
      { title: 'RESOURCE', cell: ({ resource }) => resource },
      { title: 'PER HOUR', align: 'decimal', cell: ({ price }) => `${price.amount} ${price.currency}` },
      { title: 'FROM', cell: ({ effectiveFrom }) => effectiveFrom.slice(0, 10) },
      { title: 'TO', cell: ({ effectiveTo }) => effectiveTo?.slice(0, 10) ?? null },
      { title: 'SOURCE', cell: ({ source }) => source, least: 12 },
    ],
    paint,
  );
}

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/, 'a day such as 2026-11-25, or an instant in UTC')
  .transform((text) => (text.includes('T') ? text : `${text}T00:00:00Z`))
  .pipe(UtcInstant);

const priceCommand = command({
  path: ['price', 'show'],
  summary: 'Show the price of an instance at a time, where it is from and how old it is',
  example: `steelyard price show --instance p5.48xlarge --at 2025-06-22
steelyard price show --instance gpu:A10G --json`,
  needs: 'server',
  options: {
    instance: { value: 'TYPE', required: true, describe: 'Instance type, or another key of the price book' },
    at: { value: 'DATE', schema: day, describe: 'Day (its midnight, UTC) or instant; now when left out' },
  },
  run: async (context, { instance, at }) => {
    const client = await context.client();
    const price = await client.call(getPrice, { query: { resource: instance, at } });
    await context.answer(price, () => priceText(price));
  },
});

function priceText({ resource, amount, currency, source, effectiveFrom, effectiveTo, ageDays }: PriceAt): string {
  const until = effectiveTo === null ? '' : ` until ${effectiveTo.slice(0, 10)}`;
  const age = ageDays === 0 ? '' : `, last seen ${ageDays} ${ageDays === 1 ? 'day' : 'days'} before`;
  return `${resource}  ${amount} ${currency} an hour, from ${effectiveFrom.slice(0, 10)}${until}\n${source}${age}`;
}

const budgetsCommand = command({
  path: ['budget', 'list'],
  summary: 'List the budgets and where they stand',
  example: 'steelyard budget list',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const document = await client.call(listBudgets);
    await context.answer(document, () => budgetsText(document.budgets, context));
    if (document.budgets.length === 0) await context.remark('No budget yet. steelyard apply -f BUDGET.yaml');
    return 0;
  },
});

function budgetsText(budgets: readonly Budget[], { paint }: Context): string {
  if (budgets.length === 0) return '';
  return table(
    budgets,
    [
      { title: 'BUDGET', cell: ({ name }) => name },
      { title: 'SUBJECT', cell: ({ subject }) => subjectText(subject), least: 12 },
      { title: 'SINCE', cell: ({ period }) => period.start.slice(0, 10) },
      { title: 'LIMIT', align: 'decimal', cell: ({ limit }) => shownMoney(limit) },
      { title: 'BILLED', align: 'decimal', cell: ({ billed }) => shownMoney(billed) },
      { title: 'METERED', align: 'decimal', cell: ({ metered }) => shownMoney(metered) },
      { title: 'RESERVED', align: 'decimal', cell: ({ reserved }) => shownMoney(reserved) },
      {
        title: 'REMAINING',
        align: 'decimal',
        cell: (budget) => shownMoney(remainingOf(budget)),
        style: ({ remaining }) => (remaining?.startsWith('-') ? paint.bad : plain),
      },
    ],
    paint,
  );
}

const plain = (text: string): string => text;

function remainingOf({ remaining, limit }: Budget): Budget['limit'] | null {
  return remaining === null ? null : { amount: remaining, currency: limit.currency };
}

const budgetCommand = command({
  path: ['budget', 'show'],
  summary: 'Show one budget: where it stands and what it stopped',
  example: 'steelyard budget show recommender',
  needs: 'server',
  positionals: { budget: { describe: 'Name of the budget' } },
  run: async (context, { budget }) => {
    const detail = await (await context.client()).call(getBudget, { params: { budget } });
    await context.answer(detail, () => budgetText(detail, context));
  },
});

const approveCommand = command({
  path: ['budget', 'approve'],
  summary: 'Allow more than the amount of a budget in its present window',
  example: 'steelyard budget approve recommender --amount 50 --note "the last sweep before the launch"',
  needs: 'server',
  positionals: { budget: { describe: 'Name of the budget' } },
  options: {
    amount: { value: 'AMOUNT', required: true, describe: 'Amount beyond its own, in its currency' },
    note: { value: 'WHY', required: true, describe: 'Why' },
  },
  run: async (context, { budget, ...body }) => {
    const detail = await (await context.client()).call(approveBudget, { params: { budget }, body });
    await context.answer(detail, () => budgetText(detail, context));
  },
});

function budgetText(budget: BudgetDetail, context: Context): string {
  const { approvals, stops, reserved, state, enforcement } = budget;
  const lines = [
    budgetsText([budget], context),
    `${enforcement}, ${state}; ${shownMoney(reserved)} reserved by running work`,
    ...approvals.map(({ amount, note }) => `approved beyond it: ${amount} ${budget.limit.currency} (${note})`),
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
      { title: 'SPENT', align: 'decimal', cell: ({ spent }) => shownMoney(spent) },
      { title: 'CHECKPOINT', cell: ({ checkpoint }) => checkpoint, least: 12 },
    ],
    paint,
  );
}

export const moneyCommands = [pricesCommand, priceCommand, budgetsCommand, budgetCommand, approveCommand];

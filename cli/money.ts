import { type Budget, listBudgets } from '../src/finops/budgets/schema.ts';
import { listPrices, type Price } from '../src/finops/prices/schema.ts';
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

const budgetsCommand = command({
  path: ['budget', 'list'],
  summary: 'List the budgets and where they stand this month',
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
      { title: 'MONTH', cell: ({ period }) => period.start.slice(0, 7) },
      { title: 'LIMIT', align: 'decimal', cell: ({ limit }) => shownMoney(limit) },
      { title: 'BILLED', align: 'decimal', cell: ({ billed }) => shownMoney(billed) },
      { title: 'METERED', align: 'decimal', cell: ({ metered }) => shownMoney(metered) },
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

export const moneyCommands = [pricesCommand, budgetsCommand];

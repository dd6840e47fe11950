import { getMonthToDate, type MonthToDate } from '../src/finops/costs/schema.ts';
import { Currency, Month } from '../src/platform/units/schema.ts';
import { filterOption, metricOption, metricWords } from './cost-selection.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { formatAmount, formatMoney } from './output/amounts.ts';
import { ratesText, withoutRateText } from './output/rates.ts';
import { sourcesBehindText } from './output/sources-behind.ts';
import { table } from './output/table.ts';

export const costToDateCommand = command({
  path: ['cost', 'to-date'],
  summary: 'Show the cost of a month to its last whole day, and late sources',
  example: 'steelyard cost to-date\nsteelyard cost to-date --month 2026-11 --filter team=search',
  needs: 'server',
  options: {
    month: {
      value: 'YYYY-MM',
      schema: Month,
      describe: 'Calendar month in UTC; the latest billing month by default',
    },
    currency: {
      value: 'CODE',
      schema: Currency,
      describe: 'Also convert to this currency, at the exchange rate of each charge day',
    },
    ...metricOption,
    ...filterOption,
  },
  run: async (context, { month, currency, metric, filter }) => {
    const toDate = await (await context.client()).call(getMonthToDate, { query: { month, currency, metric, filter } });
    await context.answer(toDate, () => toDateText(toDate, context));
    if (toDate.reporting !== null) for (const line of reportingText(toDate.reporting)) await context.remark(line);
    return 0;
  },
});

function toDateText(
  { month, metric, from, through, totals, before, behind, sources }: MonthToDate,
  { paint }: Context,
): string {
  const findPrevious = (currency: string) =>
    before?.totals.find((total) => total.currency === currency)?.amount ?? null;
  const lines = table(
    totals,
    [
      { title: 'MONTH', cell: () => month },
      {
        title: metricWords(metric).toUpperCase(),
        align: 'decimal',
        cell: ({ amount }) => (through === null ? null : formatAmount(amount)),
      },
      { title: 'LATER DAYS', align: 'decimal', cell: ({ later }) => formatAmount(later) },
      {
        title: 'PREVIOUS MONTH',
        align: 'decimal',
        cell: ({ currency }) => (findPrevious(currency) === null ? null : formatAmount(findPrevious(currency) ?? '0')),
      },
      { title: 'CURRENCY', cell: ({ currency }) => currency },
    ],
    paint,
  );
  const days =
    through === null
      ? `No day of it is whole yet. Last charges: ${sources.map((one) => `${one.source} ${one.through}`).join(', ')}.`
      : `Charges that begin from ${from} to ${through}, the last whole day.`;
  const late = through === null || behind.length === 0 ? '' : ` ${sourcesBehindText(behind)}.`;
  const compared = before === null ? '' : ` Month before: ${before.from} to ${before.through}.`;
  return `${lines}\n${paint.faint(`${days}${late}${compared}`)}`;
}

function reportingText({ currency, amount, before, rates, leftOut }: NonNullable<MonthToDate['reporting']>): string[] {
  const earlier = before === null ? '' : `, month before ${formatMoney({ amount: before, currency })}`;
  const total = amount === null ? 'not known' : `${formatMoney({ amount, currency })}${earlier}`;
  return [`In ${currency}: ${total}.`, ...ratesText({ currency, rates }), ...withoutRateText(leftOut)];
}

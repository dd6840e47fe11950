import { importExchangeRates, listExchangeRates } from '../src/finops/exchange/schema.ts';
import { command } from './frame/command.ts';
import { counted } from './output/amounts.ts';
import { table } from './output/table.ts';
import { readTextFile } from './text-files.ts';

const importCommand = command({
  path: ['exchange-rate', 'import'],
  summary: 'Import reference rates of the European Central Bank (eurofxref-hist.csv)',
  example: 'steelyard exchange-rate import eurofxref-hist.csv',
  needs: 'server',
  positionals: { file: { describe: 'CSV file: Date, then a column for each currency' } },
  run: async (context, { file }) => {
    const answer = await (await context.client()).call(importExchangeRates, { body: readTextFile(file) });
    const { days, changedDays, currencies, from, to } = answer;
    await context.answer(
      answer,
      () =>
        `${counted(days, 'day')} from ${from} to ${to}, ${counted(currencies.length, 'currency', 'currencies')}; ${changedDays} new or changed.`,
    );
  },
});

const listCommand = command({
  path: ['exchange-rate', 'list'],
  summary: 'List the exchange rate tables in order of precedence',
  example: 'steelyard exchange-rate list',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(listExchangeRates);
    await context.answer(answer, () =>
      answer.tables.length === 0
        ? ''
        : table(
            answer.tables,
            [
              { title: 'TABLE', cell: ({ name }) => name },
              { title: 'BASE', cell: ({ base }) => base },
              { title: 'DAYS', align: 'right', cell: ({ days }) => String(days) },
              { title: 'FROM', cell: ({ from }) => from },
              { title: 'TO', cell: ({ to }) => to },
              { title: 'SOURCE', cell: ({ source }) => source },
            ],
            context.paint,
          ),
    );
    if (answer.tables.length === 0) await context.remark('No exchange rates yet. steelyard exchange-rate import FILE');
  },
});

export const exchangeRateCommands = [importCommand, listCommand];

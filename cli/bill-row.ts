import { getRawRow } from '../src/finops/billing/raw/schema.ts';
import { command } from './frame/command.ts';
import { facts } from './output/table.ts';

const rowCommand = command({
  path: ['bill', 'row'],
  summary: 'Show a row of a bill as delivered, from the stored file',
  example: 'steelyard bill row d_0123456789abcdef0123 exports/2026-10/focus-00001.csv 17',
  needs: 'server',
  positionals: {
    delivery: { describe: 'Id of the delivery' },
    file: { describe: 'Name of the file in it' },
    row: { describe: 'Number of the row, from 1; the header is not counted' },
  },
  run: async (context, { delivery, file, row }) => {
    const query = { delivery, file, row: Number(row) };
    const client = await context.client();
    const found = await client.call(getRawRow, { query });
    await context.answer(found, () => {
      const place = found.line === null ? `${found.file}, row ${found.row}` : `${found.file}, line ${found.line}`;
      return `${place}\n\n${facts(
        found.fields.map(({ column, value }) => [column, value]),
        context.paint,
      )}`;
    });
    return 0;
  },
});

export const rawCommands = [rowCommand];

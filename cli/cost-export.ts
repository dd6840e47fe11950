import { z } from 'zod';
import { exportFocus, FocusVersion } from '../src/finops/costs/focus-export/schema.ts';
import { rowsOptions, rowsQuery } from './cost-selection.ts';
import { passOn, saveTo } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { formatBytes } from './output/amounts.ts';

export const costExportCommand = command({
  path: ['cost', 'export'],
  summary: 'Write the allocated cost as a FOCUS file for other FinOps tools',
  example:
    'steelyard cost export --format focus --period 2026-10 --output focus-2026-10.parquet\nsteelyard cost export --format focus --csv --version 1.2 > focus.csv',
  needs: 'server',
  options: {
    format: { value: 'focus', schema: z.literal('focus'), fallback: 'focus', describe: 'Format of the file: FOCUS' },
    version: {
      value: FocusVersion.options.join('|'),
      schema: FocusVersion,
      fallback: '1.4',
      describe: 'FOCUS version whose columns are written',
    },
    parquet: { describe: 'Write Parquet (the default)' },
    csv: { describe: 'Write CSV' },
    output: { value: 'FILE', short: 'o', describe: 'File to write; stdout by default' },
    ...rowsOptions,
  },
  run: async (context, input) => {
    if (input.csv && input.parquet) throw new CommandError('usage', '--csv and --parquet exclude each other.');
    const fileFormat = input.csv ? 'csv' : 'parquet';
    refuseTerminal(context, input.output, fileFormat);
    const client = await context.client();
    const query = { version: input.version, fileFormat, ...rowsQuery(input) } as const;
    const content = await client.download(exportFocus, { query });
    if (input.output === undefined) {
      await passOn(content, context);
      return 0;
    }
    const sizeBytes = await saveTo(input.output, content);
    const written = { file: input.output, format: 'focus', version: input.version, fileFormat, sizeBytes };
    await context.answer(
      written,
      () => `${input.output}: FOCUS ${input.version}, ${fileFormat}, ${formatBytes(sizeBytes)}`,
    );
    return 0;
  },
});

function refuseTerminal({ io, globals }: Context, output: string | undefined, fileFormat: string): void {
  if (output !== undefined) return;
  if (globals.json) throw new CommandError('usage', '--json needs --output FILE here: the file itself goes to stdout.');
  if (fileFormat === 'parquet' && io.out.isTerminal) {
    throw new CommandError('usage', 'Parquet is not for a terminal: give --output FILE, or --csv.');
  }
}

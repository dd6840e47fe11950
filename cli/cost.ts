import { basename } from 'node:path';
import { z } from 'zod';
import type { CostMetric } from '../src/finops/billing/schema.ts';
import { exportFocus, FocusVersion } from '../src/finops/costs/focus-export/schema.ts';
import { costDimensions, costRows, costRowsCsv, costSummary, costSummaryCsv } from '../src/finops/costs/schema.ts';
import { Currency } from '../src/platform/units/schema.ts';
import { costExplainCommand } from './cost-explain.ts';
import { metricWords, rowsOptions, rowsQuery, selectionOptions, selectionQuery } from './cost-selection.ts';
import { costToDateCommand } from './cost-to-date.ts';
import { passOn, refuseBothFormats, saveTo } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatAmount, formatBytes } from './output/amounts.ts';
import { ratesText, withoutRateText } from './output/rates.ts';
import { facts, table } from './output/table.ts';

const NO_BILL = 'No bill yet. steelyard bill import PATH… --source NAME';
const NO_VALUE = '(none)';

const selection = { ...selectionOptions, csv: { describe: 'Print CSV with all digits' } } as const;

type Summary = z.infer<typeof costSummary.response>;

const summaryCommand = command({
  path: ['cost', 'summary'],
  summary: 'Sum costs by dimensions; every grouping has the same total',
  example:
    'steelyard cost summary --by serviceName --period 2026-10\nsteelyard cost summary --by team,week --from 2026-10-01 --to 2026-10-14 --filter "serviceName=Amazon*"',
  needs: 'server',
  options: {
    by: {
      value: 'DIM[,DIM]',
      required: true,
      describe: 'FOCUS column in camelCase, tag:KEY, x_COLUMN, a subject field (team, model…), day, week or month',
    },
    currency: {
      value: 'CODE',
      schema: Currency,
      describe: 'Convert to this currency at the exchange rate of each charge day',
    },
    ...selection,
  },
  run: async (context, input) => {
    refuseBothFormats(context, input.csv);
    const client = await context.client();
    const query = { by: input.by.split(','), currency: input.currency, ...selectionQuery(input) };
    if (input.csv) {
      await passOn(await client.download(costSummaryCsv, { query }), context);
      return 0;
    }
    const summary = await client.call(costSummary, { query });
    await context.answer(summary, () => summaryText(summary, query.by, input.currency !== undefined, context));
    if (summary.rows.length === 0) await remarkNothing(context);
    return 0;
  },
});

function summaryText(summary: Summary, by: readonly string[], isReported: boolean, { paint }: Context): string {
  if (summary.rows.length === 0) return '';
  const reporting = isReported ? summary.reporting : null;
  const totals = reporting === null ? summary.totals : [reporting];
  const rows = [
    ...(reporting ?? summary).rows.map((row) => ({ row, total: false })),
    ...totals.map(({ amount, currency }) => ({ row: { amount, currency }, total: true })),
  ];
  const [first] = by;
  const dimension = (name: string, row: Readonly<Record<string, string | null>>, total: boolean) =>
    total ? (name === first ? 'TOTAL' : '') : (row[name] ?? NO_VALUE);
  const columns = [
    ...by.map((name) => ({
      title: name,
      cell: ({ row, total }: (typeof rows)[number]) => dimension(name, row, total),
    })),
    {
      title: metricWords(summary.metric),
      align: 'decimal' as const,
      cell: ({ row }: (typeof rows)[number]) => (row.amount == null ? null : formatAmount(row.amount)),
    },
    { title: 'currency', cell: ({ row }: (typeof rows)[number]) => row.currency ?? null },
  ].map((column) => ({ ...column, style: ({ total }: (typeof rows)[number]) => (total ? paint.heading : plain) }));
  const { rejectedRows, rowsWithoutMetric } = summary.leftOut;
  const leftOut = [
    rejectedRows > 0 ? `Left out: ${counted(rejectedRows, 'row')} that could not be accepted.` : '',
    rowsWithoutMetric > 0
      ? `Left out: ${counted(rowsWithoutMetric, 'row')} without ${metricWords(summary.metric)}.`
      : '',
    ...withoutRateText(reporting?.leftOut ?? []),
  ].filter((line) => line !== '');
  const rates = reporting === null ? [] : ratesText(reporting);
  return [table(rows, columns, paint), ...rates.map(paint.faint), ...leftOut.map(paint.waiting)].join('\n');
}

const plain = (text: string): string => text;

async function remarkNothing(context: Context): Promise<void> {
  const client = await context.client();
  const { periods } = await client.call(costDimensions);
  await context.remark(periods.length === 0 ? NO_BILL : `No rows match. Billing periods: ${periods.join(', ')}`);
}

const rowsCommand = command({
  path: ['cost', 'rows'],
  summary: 'List the bill rows behind a figure, largest first',
  example: 'steelyard cost rows --filter serviceName="Amazon Bedrock" --limit 20\nsteelyard cost rows --csv > rows.csv',
  needs: 'server',
  options: { ...selection, ...limitOption },
  run: async (context, input) => {
    refuseBothFormats(context, input.csv);
    const client = await context.client();
    const query = selectionQuery(input);
    if (input.csv) {
      await passOn(await client.download(costRowsCsv, { query }), context);
      return 0;
    }
    const page = await readPages(client, costRows, query, 'rows', input.limit);
    await context.answer(page, () => rowsText(page.rows, input.metric, context));
    if (page.rows.length === 0) await remarkNothing(context);
    const more = moreText(page);
    if (more !== null) await context.remark(`${counted(page.totalRows, 'row')} in all. ${more}`);
    return 0;
  },
});

function rowsText(
  rows: readonly Readonly<Record<string, string | null>>[],
  metric: CostMetric,
  { paint }: Context,
): string {
  if (rows.length === 0) return '';
  type Row = (typeof rows)[number];
  const column = (title: string, name: string) => ({ title, cell: (row: Row) => row[name] ?? null });
  return table(
    rows,
    [
      { title: 'START', cell: (row) => row.chargePeriodStart?.slice(0, 10) ?? null },
      column('PROVIDER', 'serviceProviderName'),
      column('SERVICE', 'serviceName'),
      { title: 'RESOURCE', cell: (row) => row.resourceName ?? row.resourceId ?? null, least: 16 },
      column('TEAM', 'team'),
      { title: metric, align: 'decimal', cell: (row) => (row[metric] == null ? null : formatAmount(row[metric])) },
      column('CURRENCY', 'billingCurrency'),
      { title: 'FROM', cell: (row) => `${basename(row.file ?? '')} row ${row.rowNumber}`, least: 16 },
    ],
    paint,
  );
}

const dimensionsCommand = command({
  path: ['cost', 'dimensions'],
  summary: 'List the dimensions for grouping and filtering costs',
  example: 'steelyard cost dimensions',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const dimensions = await client.call(costDimensions);
    const list = (names: readonly string[], prefix = '') =>
      names.length === 0 ? null : names.map((name) => prefix + name).join(', ');
    await context.answer(dimensions, () =>
      facts(
        [
          ['FOCUS columns', list(dimensions.focusColumns)],
          ['subject fields', list(dimensions.subjectFields)],
          ['tags', list(dimensions.tagKeys, 'tag:')],
          ['other columns', list(dimensions.customColumns)],
          ['time', 'day, week, month'],
          ['billing periods', list(dimensions.periods)],
          ['currencies', list(dimensions.currencies)],
        ],
        context.paint,
      ),
    );
    if (dimensions.periods.length === 0) await context.remark(NO_BILL);
    return 0;
  },
});

const costExportCommand = command({
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

export const costCommands = [
  summaryCommand,
  costToDateCommand,
  rowsCommand,
  costExplainCommand,
  costExportCommand,
  dimensionsCommand,
];

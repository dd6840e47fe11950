import { writeFile } from 'node:fs/promises';
import { Month, UtcInstant } from '../src/platform/units/schema.ts';
import {
  Audience,
  deleteReport,
  formatReportCell,
  getReport,
  IsoWeek,
  listReports,
  type ReportDocument,
  type ReportSection,
  type RestatedFigure,
  type SentReport,
  showReport,
} from '../src/tradeoff/reports/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { formatInstant } from './output/amounts.ts';
import { table } from './output/table.ts';

const html = { value: 'FILE', describe: 'Write the report as HTML to this file' } as const;
const shared = {
  for: { value: Audience.options.join('|'), schema: Audience, describe: 'Audience; default: leadership' },
  team: { value: 'NAME', describe: 'Only this team' },
  knownAt: {
    value: 'INSTANT',
    schema: UtcInstant,
    describe: 'The newest report that was sent, or else made, up to this time',
  },
  html,
} as const;

const weeklyCommand = command({
  path: ['report', 'weekly'],
  summary: 'Show the report of a week for an audience',
  example: `steelyard report weekly --for finance
steelyard report weekly --for platform --week 2026-W47 --html week.html`,
  needs: 'server',
  options: {
    week: { value: 'WEEK', schema: IsoWeek, describe: 'ISO week; default: the last complete week' },
    ...shared,
  },
  run: (context, options) => showKnown(context, { schedule: 'weekly', ...options }),
});

const monthlyCommand = command({
  path: ['report', 'monthly'],
  summary: 'Show the report of a month for an audience',
  example: `steelyard report monthly --for leadership
steelyard report monthly --month 2026-10 --json`,
  needs: 'server',
  options: { month: { value: 'MONTH', schema: Month, describe: 'Month; default: the last complete month' }, ...shared },
  run: (context, options) => showKnown(context, { schedule: 'monthly', ...options }),
});

interface Asked {
  readonly schedule: 'weekly' | 'monthly';
  readonly week?: string | undefined;
  readonly month?: string | undefined;
  readonly for: Audience | undefined;
  readonly team: string | undefined;
  readonly knownAt: string | undefined;
  readonly html: string | undefined;
}

async function showKnown(context: Context, { for: audience, html: file, ...asked }: Asked): Promise<number> {
  const query = { ...asked, ...(audience === undefined ? {} : { audience }) };
  const report = await (await context.client()).call(getReport, { query });
  if (file !== undefined) await saveHtml(file, report.html);
  const { document, restatedSince } = report;
  await context.answer(report, () => documentText(document, context));
  if (file !== undefined) await context.remark(`Wrote ${file}.`);
  if (restatedSince !== null) {
    const { report: sent, knownAt, figures } = restatedSince;
    const since = `the report that was ${sent === null ? 'first made' : 'sent'}, as known at ${formatInstant(knownAt)}`;
    await context.remark(
      figures.length === 0
        ? `No figure differs from ${since}.`
        : `Restated since ${since}: ${figures.map(restatedText).join('; ')}.`,
    );
  }
  return 0;
}

async function saveHtml(file: string, content: string): Promise<void> {
  await writeFile(file, content).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError('usage', `Cannot write ${file}: ${why}`, { file });
  });
}

function restatedText({ section, row, column, before, now }: RestatedFigure): string {
  const text = (cell: RestatedFigure['before']) => (cell === null ? 'not listed' : formatReportCell(cell));
  return `${section} ${row}, ${column}: ${text(before)} -> ${text(now)}`;
}

function documentText(document: ReportDocument, context: Context): string {
  const { schedule, audience, name, team, metric, currencies, knownAt, sections, leftOut } = document;
  const title = `${schedule === 'weekly' ? 'Weekly' : 'Monthly'} report for ${audience}, ${name}`;
  return [
    `${title}${team === null ? '' : `, team ${team}`}`,
    `Metric: ${metric} cost. Currency: ${currencies.join(', ') || 'none'}. As known at ${formatInstant(knownAt)}.`,
    ...sections.flatMap((section) => ['', ...sectionLines(section, context)]),
    ...(leftOut.length === 0 ? [] : ['', 'LEFT OUT', ...leftOut]),
  ].join('\n');
}

function sectionLines({ title, columns, rows, empty, others, notes }: ReportSection, { paint }: Context): string[] {
  const body =
    rows.length === 0
      ? empty
      : table(
          rows,
          columns.map((column, at) => ({
            title: column.toUpperCase(),
            align: (rows[0]?.cells[at]?.kind ?? 'text') === 'text' ? ('left' as const) : ('right' as const),
            cell: ({ cells }: ReportSection['rows'][number]) => {
              const cell = cells[at];
              return cell === undefined ? null : formatReportCell(cell);
            },
          })),
          paint,
        );
  return [title.toUpperCase(), body, ...(others === 0 ? [] : [`${others} more not listed.`]), ...notes];
}

const listCommand = command({
  path: ['report', 'list'],
  summary: 'List reports that were sent, newest first, and scheduled reports',
  example: 'steelyard report list',
  needs: 'server',
  run: async (context) => {
    const list = await (await context.client()).call(listReports, {});
    await context.answer(list, () => reportsText(list.reports, context));
    if (list.reports.length === 0) await context.remark('No report was sent.');
    for (const { name, audience, schedule, nextAt } of list.scheduled) {
      await context.remark(`Scheduled: ${name}, ${schedule} for ${audience}, next ${formatInstant(nextAt)}.`);
    }
    return 0;
  },
});

function reportsText(reports: readonly SentReport[], { paint }: Context): string {
  if (reports.length === 0) return '';
  return table(
    reports,
    [
      { title: 'REPORT', cell: ({ report }) => report },
      { title: 'DOCUMENT', cell: ({ source }) => source },
      { title: 'AUDIENCE', cell: ({ audience }) => audience },
      { title: 'TEAM', cell: ({ team }) => team },
      { title: 'WINDOW', cell: ({ name }) => name },
      { title: 'KNOWN AT', cell: ({ knownAt }) => formatInstant(knownAt) },
    ],
    paint,
  );
}

const showCommand = command({
  path: ['report', 'show'],
  summary: 'Show a report as it was sent',
  example: 'steelyard report show 0d6b5a0e-3a52-4b7f-8b6e-0a3f7a6f1f5e --html report.html',
  needs: 'server',
  positionals: { report: { describe: 'Id of the report' } },
  options: { html },
  run: async (context, { report: id, html: file }) => {
    const report = await (await context.client()).call(showReport, { params: { report: id } });
    if (file !== undefined) await saveHtml(file, report.html);
    await context.answer(report, () => documentText(report.document, context));
    return 0;
  },
});

const deleteCommand = command({
  path: ['report', 'delete'],
  summary: 'Delete a scheduled report; reports that were sent stay',
  example: 'steelyard report delete weekly-finance',
  needs: 'server',
  positionals: { name: { describe: 'Name of the Report document' } },
  run: async (context, params) => {
    const result = await (await context.client()).call(deleteReport, { params });
    await context.answer(result, () => `Deleted the scheduled report ${params.name}.`);
    return 0;
  },
});

export const reportCommands = [weeklyCommand, monthlyCommand, listCommand, showCommand, deleteCommand];

import { listUsage, recordUsage } from '../src/finops/metering/schema.ts';
import type { ResponseOf } from '../src/platform/contract/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { counted, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { table } from './output/table.ts';
import { readTextFile, type TextFile } from './text-files.ts';

const recordCommand = command({
  path: ['usage', 'record'],
  summary: 'Record usage intervals (subject, resource, period), all or none',
  example: 'steelyard usage record -f usage.json',
  needs: 'server',
  options: {
    file: {
      value: 'FILE',
      short: 'f',
      required: true,
      describe: 'JSON: {"intervals": [{usage, subject, resource, quantity, period: {start, end}, origin}]}',
    },
  },
  run: async (context, { file }) => {
    const body = readIntervals(readTextFile(file));
    const client = await context.client();
    const result = await client.call(recordUsage, { body });
    await context.answer(result, () => `Recorded ${counted(result.recorded, 'usage interval')}.`);
    return 0;
  },
});

/** Checked here, so that the error message names the file. */
function readIntervals({ file, text }: TextFile) {
  const parsed = recordUsage.body.safeParse(parseJson(file, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `, "${issue.path.join('.')}"`;
  throw new CommandError('usage_interval_invalid', `${file}${where}: ${issue?.message ?? 'not valid'}.`, { file });
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError('file_format_unknown', `${file} is not JSON: ${why}.`, { file }, { cause: error });
  }
}

const listCommand = command({
  path: ['usage', 'list'],
  summary: 'List usage intervals with their metered cost, latest first',
  example: 'steelyard usage list --model recommender',
  needs: 'server',
  options: {
    run: { value: 'RUN', describe: 'Only of this run' },
    model: { value: 'MODEL', describe: 'Only of this registered model' },
    modelVersion: { value: 'VERSION', describe: 'Only of this version' },
    ...limitOption,
  },
  run: async (context, { run, model, modelVersion, limit }) => {
    const client = await context.client();
    const page = await readPages(client, listUsage, { run, model, modelVersion }, 'intervals', limit);
    await context.answer(page, () => usageText(page.intervals, context));
    if (page.intervals.length === 0) await context.remark('No usage yet. steelyard usage record -f FILE.json');
    await context.remark(moreText(page) ?? '');
    return 0;
  },
});

type ListedUsage = ResponseOf<typeof listUsage>['intervals'][number];

function usageText(intervals: readonly ListedUsage[], { paint }: Context): string {
  if (intervals.length === 0) return '';
  return table(
    intervals,
    [
      { title: 'USAGE', cell: ({ usage }) => usage },
      { title: 'SUBJECT', cell: ({ subject }) => subjectText(subject), least: 16 },
      { title: 'RESOURCE', cell: ({ resource }) => resource },
      { title: 'QUANTITY', align: 'decimal', cell: ({ quantity }) => quantity },
      { title: 'START', cell: ({ period }) => formatInstant(period.start), least: 20 },
      { title: 'END', cell: ({ period }) => formatInstant(period.end), least: 20 },
      {
        title: 'PREDICTIONS',
        align: 'right',
        cell: ({ predictions }) => (predictions === undefined ? null : formatCount(predictions)),
      },
      { title: 'COST', align: 'decimal', cell: ({ metered }) => formatMoney(metered.cost) },
      { title: 'ORIGIN', cell: ({ origin }) => origin, least: 12 },
    ],
    paint,
  );
}

/** `team=ml purpose=training`; null for a subject without fields. */
export function subjectText(subject: Readonly<Record<string, string | undefined>>): string | null {
  const fields = Object.entries(subject).filter(([, value]) => value !== undefined);
  return fields.length === 0 ? null : fields.map(([name, value]) => `${name}=${value}`).join(' ');
}

export const usageCommands = [recordCommand, listCommand];

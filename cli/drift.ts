import { z } from 'zod';
import {
  compareDrift,
  type DriftColumn,
  DriftMethodChoice,
  type DriftReport,
  sendDriftFile,
} from '../src/mlops/monitoring/drift/schema.ts';
import { readBytes } from './bill-files.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, shownCount } from './output/amounts.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { table } from './output/table.ts';

const MOST_UPLOAD_NAME_CHARACTERS = 255;
const MOST_NAME_CHARACTERS = 1024;
const DIGITS = 4;

const Columns = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine((names) => names.every((name) => name !== ''), 'names of columns with commas between them');

const compareCommand = command({
  path: ['drift', 'compare'],
  summary: 'Compare the columns of two files (CSV, CSV.gz, Parquet): did the data drift?',
  example: `steelyard drift compare reference.parquet current.parquet
steelyard drift compare reference.csv current.csv --columns age,income --method psi --json`,
  needs: 'server',
  positionals: {
    reference: { describe: 'File of what is usual' },
    current: { describe: 'File of what is to be judged' },
  },
  options: {
    method: {
      value: 'NAME',
      schema: DriftMethodChoice,
      fallback: 'auto',
      describe: 'auto (calibrated), evidently (its own choice), or a method of docs/drift.md',
    },
    columns: { value: 'NAMES', schema: Columns, describe: 'Only these columns, with commas between them' },
  },
  run: async (context, { reference, current, method, columns }) => {
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const files = {
        reference: await send(client, reference, progress),
        current: await send(client, current, progress),
      };
      progress.show('Comparing the columns', null);
      const report = await client.call(compareDrift, { body: { ...files, method, columns } });
      await progress.clear();
      await context.answer(report, () => reportText(report, context));
    } finally {
      await progress.clear();
    }
    return 0;
  },
});

async function send(client: Client, path: string, progress: Progress): Promise<{ upload: string; name: string }> {
  const content = readBytes(path, (bytes) => progress.show(`Sending ${path} (${shownCount(bytes)} bytes)`, null));
  const query = { name: path.slice(-MOST_UPLOAD_NAME_CHARACTERS) };
  const { upload } = await client.upload(sendDriftFile, { query }, content);
  return { upload, name: path.slice(-MOST_NAME_CHARACTERS) };
}

function reportText(report: DriftReport, context: Context): string {
  const { paint } = context;
  const rows = table(
    report.columns,
    [
      { title: 'COLUMN', cell: ({ column }) => column },
      { title: 'TYPE', cell: ({ type }) => type },
      { title: 'METHOD', cell: ({ method }) => method },
      { title: 'STATISTIC', align: 'right', cell: ({ statistic }) => shown(statistic) },
      { title: 'P-VALUE', align: 'right', cell: ({ pValue }) => shown(pValue) },
      { title: 'ADJUSTED', align: 'right', cell: ({ adjustedPValue }) => shown(adjustedPValue) },
      { title: 'THRESHOLD', align: 'right', cell: ({ threshold }) => shown(threshold) },
      {
        title: 'DRIFTED',
        cell: verdictOf,
        style: ({ drifted }) => (drifted === true ? paint.bad : (text: string) => text),
      },
      { title: 'ROWS', align: 'right', cell: (row) => rowsOf(row), least: 6 },
      { title: 'WHY NOT', cell: ({ reason }) => reason ?? '', least: 12 },
    ],
    paint,
  );
  return [summary(report, context), '', rows].join('\n');
}

function summary({ compared, share, drifted, columns }: DriftReport, { paint }: Context): string {
  if (share === null) return paint.waiting('Nothing can be said: no column could be compared.');
  const count = columns.filter((column) => column.drifted === true).length;
  const left = columns.length - compared;
  const rest = left === 0 ? '' : ` ${counted(left, 'column')} could not be compared.`;
  const verdict = drifted === true ? paint.bad('Drifted:') : paint.good('Not drifted:');
  return `${verdict} ${shownCount(count)} of ${counted(compared, 'column')}.${rest}`;
}

function verdictOf({ drifted }: DriftColumn): string | null {
  if (drifted === null) return null;
  return drifted ? 'yes' : 'no';
}

function rowsOf({ nReference, nCurrent }: DriftColumn): string | null {
  return nReference === null || nCurrent === null ? null : `${shownCount(nReference)} : ${shownCount(nCurrent)}`;
}

function shown(value: number | null): string | null {
  if (value === null) return null;
  return value !== 0 && Math.abs(value) < 0.001
    ? value.toExponential(DIGITS - 3)
    : String(Number(value.toPrecision(DIGITS)));
}

export const driftCommands = [compareCommand];

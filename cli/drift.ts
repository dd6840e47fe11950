import { z } from 'zod';
import {
  compareDrift,
  type DriftColumn,
  DriftMethodChoice,
  type DriftProfile,
  type DriftReport,
  listDriftProfiles,
  makeDriftProfile,
  ProfileName,
  removeDriftProfile,
  sendDriftFile,
} from '../src/mlops/drift/schema.ts';
import { readBytes, readStats } from './bill-files.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { loadDriftComparison } from './local-work.ts';
import { counted, formatCount, formatInstant } from './output/amounts.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { table } from './output/table.ts';

const MOST_UPLOAD_NAME_CHARACTERS = 255;
const MOST_NAME_CHARACTERS = 1024;
const DIGITS = 4;
/** Prefix of a profile name in an argument that may also be a file. */
const PROFILE = 'profile:';

type LocalFiles = Parameters<Awaited<ReturnType<typeof loadDriftComparison>>['compareLocalFiles']>[0];

const Columns = z
  .string()
  .transform((text) => text.split(',').map((name) => name.trim()))
  .refine((names) => names.every((name) => name !== ''), 'column names separated by commas');

const compareCommand = command({
  path: ['drift', 'compare'],
  summary: 'Compare the columns of two files (CSV, CSV.gz, Parquet) for drift',
  example: `steelyard drift compare reference.parquet current.parquet
steelyard drift compare reference.csv current.csv --columns age,income --method psi --json`,
  needs: 'server',
  positionals: {
    reference: { describe: 'Reference file, or profile:NAME' },
    current: { describe: 'Current file' },
  },
  options: {
    method: {
      value: 'NAME',
      schema: DriftMethodChoice,
      fallback: 'auto',
      describe: 'auto (calibrated), evidently (its own choice), or a method of docs/drift.md',
    },
    columns: { value: 'NAMES', schema: Columns, describe: 'Only these columns, separated by commas' },
  },
  run: async (context, { reference, current, method, columns }) => {
    if (!reference.startsWith(PROFILE) && (await areRegularFiles([reference, current]))) {
      const report = await compareHere(context, { reference, current, method, columns });
      await context.answer(report, () => reportText(report, context));
      return 0;
    }
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const files = {
        reference: await toReference(client, reference, progress),
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

/** Compares two files in this process: neither a server nor a data folder is needed. */
async function compareHere(context: Context, files: LocalFiles): Promise<DriftReport> {
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    progress.show('Comparing the columns', null);
    const { compareLocalFiles } = await loadDriftComparison();
    return await compareLocalFiles(files);
  } finally {
    await progress.clear();
  }
}

/** False for a pipe: it can be read only once, so it is sent to the server. Errors: `file_not_found`, `file_unreadable`. */
async function areRegularFiles(paths: readonly string[]): Promise<boolean> {
  const stats = await Promise.all(paths.map(readStats));
  return stats.every((each) => each.isFile());
}

async function toReference(client: Client, reference: string, progress: Progress) {
  if (!reference.startsWith(PROFILE)) return send(client, reference, progress);
  const name = ProfileName.safeParse(reference.slice(PROFILE.length));
  if (name.success) return { profile: name.data };
  throw new CommandError('usage', `"${reference}" names no profile: ${name.error.issues[0]?.message ?? 'not valid'}.`);
}

async function send(client: Client, path: string, progress: Progress): Promise<{ upload: string; name: string }> {
  const content = readBytes(path, (bytes) => progress.show(`Sending ${path} (${formatCount(bytes)} bytes)`, null));
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
      { title: 'STATISTIC', align: 'right', cell: ({ statistic }) => formatNumber(statistic) },
      { title: 'P-VALUE', align: 'right', cell: ({ pValue }) => formatNumber(pValue) },
      { title: 'ADJUSTED', align: 'right', cell: ({ adjustedPValue }) => formatNumber(adjustedPValue) },
      { title: 'THRESHOLD', align: 'right', cell: ({ threshold }) => formatNumber(threshold) },
      {
        title: 'DRIFTED',
        cell: formatVerdict,
        style: ({ drifted }) => (drifted === true ? paint.bad : (text: string) => text),
      },
      { title: 'ROWS', align: 'right', cell: (row) => formatRows(row), least: 6 },
      { title: 'REASON', cell: ({ reason }) => reason ?? '', least: 12 },
    ],
    paint,
  );
  return [summary(report, context), '', rows].join('\n');
}

function summary({ compared, share, drifted, columns }: DriftReport, { paint }: Context): string {
  if (share === null) return paint.waiting('No result: no column could be compared.');
  const count = columns.filter((column) => column.drifted === true).length;
  const left = columns.length - compared;
  const rest = left === 0 ? '' : ` ${counted(left, 'column')} could not be compared.`;
  const verdict = drifted === true ? paint.bad('Drifted:') : paint.good('Not drifted:');
  return `${verdict} ${formatCount(count)} of ${counted(compared, 'column')}.${rest}`;
}

function formatVerdict({ drifted }: DriftColumn): string | null {
  if (drifted === null) return null;
  return drifted ? 'yes' : 'no';
}

function formatRows({ nReference, nCurrent }: DriftColumn): string | null {
  return nReference === null || nCurrent === null ? null : `${formatCount(nReference)} : ${formatCount(nCurrent)}`;
}

function formatNumber(value: number | null): string | null {
  if (value === null) return null;
  return value !== 0 && Math.abs(value) < 0.001
    ? value.toExponential(DIGITS - 3)
    : String(Number(value.toPrecision(DIGITS)));
}

const profileCommand = command({
  path: ['drift', 'profile'],
  summary: 'Store the profile of a reference file, for drift compare profile:NAME',
  example: 'steelyard drift profile october reference.parquet',
  needs: 'server',
  positionals: {
    name: { describe: 'Name of the profile; an existing one is replaced' },
    reference: { describe: 'Reference file (CSV, CSV.gz, Parquet)' },
  },
  run: async (context, { name: named, reference }) => {
    const name = ProfileName.safeParse(named);
    if (!name.success) throw new CommandError('usage', `"${named}": ${name.error.issues[0]?.message ?? 'not valid'}.`);
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const file = await send(client, reference, progress);
      progress.show('Sorting the columns', null);
      const profile = await client.call(makeDriftProfile, { body: { name: name.data, file } });
      await progress.clear();
      await context.answer(profile, () => profilesText([profile], context));
    } finally {
      await progress.clear();
    }
    return 0;
  },
});

const profilesCommand = command({
  path: ['drift', 'profiles'],
  summary: 'List the stored profiles of reference files',
  example: 'steelyard drift profiles',
  needs: 'server',
  run: async (context) => {
    const document = await (await context.client()).call(listDriftProfiles);
    await context.answer(document, () => profilesText(document.profiles, context));
    if (document.profiles.length === 0) await context.remark('No profile yet. steelyard drift profile NAME REFERENCE');
    return 0;
  },
});

const forgetCommand = command({
  path: ['drift', 'forget'],
  summary: 'Remove a stored profile',
  example: 'steelyard drift forget october',
  needs: 'server',
  positionals: { name: { describe: 'Name of the profile' } },
  run: async (context, { name }) => {
    const document = await (await context.client()).call(removeDriftProfile, { params: { name } });
    await context.answer(document, () => `Removed the profile ${document.removed}.`);
    return 0;
  },
});

function profilesText(profiles: readonly DriftProfile[], { paint }: Context): string {
  if (profiles.length === 0) return '';
  return table(
    profiles,
    [
      { title: 'PROFILE', cell: ({ name }) => name },
      { title: 'CREATED', cell: ({ createdAt }) => formatInstant(createdAt) },
      { title: 'ROWS', align: 'right', cell: ({ rows }) => formatCount(rows) },
      { title: 'COLUMNS', align: 'right', cell: ({ columns }) => formatCount(columns.length) },
      { title: 'FILE', cell: ({ file }) => file, least: 12 },
    ],
    paint,
  );
}

export const driftCommands = [compareCommand, profileCommand, profilesCommand, forgetCommand];

import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { isExpected } from './frame/failure.ts';
import { type ExportReport, emptyExport } from './mlflow/export-job.ts';
import { exportAll } from './mlflow/export-pass.ts';
import { broughtSomething, emptyReport, type ImportOptions, type ImportReport } from './mlflow/import-job.ts';
import { importAll } from './mlflow/import-pass.ts';
import { connectMlflow, createOwnServer, type MlflowServer, refuseItself } from './mlflow/server.ts';
import { counted, formatBytes, formatCount } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { facts } from './output/table.ts';

const REFUSED_EXIT = 1;

const fromOption = { value: 'URL', required: true, describe: 'Address of the other tracking server' } as const;
const choice = {
  experiment: { value: 'NAME', repeat: true, describe: 'Only this experiment' },
  noArtifacts: { describe: 'Do not copy artifact files' },
} as const;

const importCommand = command({
  path: ['mlflow', 'import'],
  summary: 'Import experiments, runs, models, traces and files, and keep their ids',
  example: 'steelyard mlflow import --from https://mlflow.example.com',
  needs: 'server',
  exits: { 1: 'some were left out; the output lists them with reasons' },
  options: {
    from: fromOption,
    ...choice,
    verify: { describe: 'Check completely imported entities again' },
  },
  run: async (context, { from, experiment, noArtifacts, verify }) => {
    const server = connectMlflow(from, context.io.environment);
    const options = { experiments: experiment, artifacts: !noArtifacts, verify };
    const report = await importOnce(context, await context.client(), server, options);
    await context.answer(report, () => importText(report, context));
    return report.left.length === 0 ? 0 : REFUSED_EXIT;
  },
});

async function importOnce(
  context: Context,
  client: Client,
  from: MlflowServer,
  options: ImportOptions,
): Promise<ImportReport> {
  refuseItself(from, client);
  const progress = createProgress(context.io.err, context.globals.json);
  const report = emptyReport(from.url);
  try {
    await importAll({ from, to: client, here: createOwnServer(client), options, progress, report });
    return report;
  } finally {
    await progress.clear();
  }
}

function importText(report: ImportReport, { paint }: Context): string {
  const { experiments, runs, loggedModels, traces, registeredModels, artifacts } = report;
  const count = (part: { imported: number; unchanged: number }) =>
    `${formatCount(part.imported)} taken over, ${formatCount(part.unchanged)} unchanged`;
  const made = experiments.created + experiments.renumbered;
  const lines = facts(
    [
      [
        'experiments',
        `${made} new (${experiments.renumbered} under another id), ${experiments.merged} merged by name, ${experiments.known} known`,
      ],
      ['runs', count(runs)],
      ['samples', formatCount(report.metrics)],
      ['logged models', count(loggedModels)],
      ['traces', count(traces)],
      ['registered models', count(registeredModels)],
      ['files', `${formatCount(artifacts.files)}, ${formatBytes(artifacts.bytes)}`],
    ],
    paint,
  );
  return [paint.heading(`From ${report.source}`), lines, ...leftText(report.left, paint.bad)].join('\n');
}

function leftText(left: ImportReport['left'], style: (text: string) => string): string[] {
  if (left.length === 0) return [];
  return [
    '',
    style(`${counted(left.length, 'item', 'items')} left out:`),
    ...left.map(({ what, reason }) => `  ${what}: ${reason}`),
  ];
}

const mirrorCommand = command({
  path: ['mlflow', 'mirror'],
  summary: 'Mirror another MLflow server continuously until it is stopped',
  example: 'steelyard mlflow mirror --from https://mlflow.example.com --every 60',
  needs: 'server',
  exits: { 0: 'stopped by SIGINT or SIGTERM' },
  options: {
    from: fromOption,
    ...choice,
    every: {
      value: 'SECONDS',
      fallback: '30',
      schema: z.coerce.number().min(1).max(86_400),
      describe: 'Pause between two passes',
    },
  },
  run: async (context, { from, experiment, noArtifacts, every }) => {
    const server = connectMlflow(from, context.io.environment);
    const stopping = new AbortController();
    using _listening = context.io.onSignal(() => stopping.abort());
    await context.remark(`Following ${server.url}, every ${every} s. Ctrl-C stops it.`);
    const client = await context.client();
    const options = { experiments: experiment, artifacts: !noArtifacts, verify: false };
    while (!stopping.signal.aborted) {
      await mirrorOnce(context, client, server, options);
      await pause(every * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return 0;
  },
});

/** Waits for a server that is temporarily unreachable; any other error ends the mirror. */
async function mirrorOnce(context: Context, client: Client, from: MlflowServer, options: ImportOptions): Promise<void> {
  try {
    const report = await importOnce(context, client, from, options);
    if (!broughtSomething(report) && report.left.length === 0) return;
    if (context.globals.json) await context.io.out.write(`${JSON.stringify(report)}\n`);
    else await context.io.out.write(`${importText(report, context)}\n`);
  } catch (error) {
    if (!isExpected(error) || error.code !== 'server_unreachable') throw error;
    await context.remark(`${error.message} Retrying.`);
  }
}

const exportCommand = command({
  path: ['mlflow', 'export'],
  summary: 'Export experiments, runs, models and files to another MLflow server',
  example: 'steelyard mlflow export --to http://127.0.0.1:5000',
  needs: 'server',
  exits: { 1: 'some were left out; the output lists them with reasons' },
  options: { to: { value: 'URL', required: true, describe: 'Address of the other tracking server' }, ...choice },
  run: async (context, { to, experiment, noArtifacts }) => {
    const target = connectMlflow(to, context.io.environment);
    const client = await context.client();
    refuseItself(target, client);
    const progress = createProgress(context.io.err, context.globals.json);
    const report = emptyExport(target.url);
    try {
      await exportAll({
        from: createOwnServer(client),
        to: target,
        experiments: experiment,
        artifacts: !noArtifacts,
        progress,
        report,
        runIds: new Map(),
        modelIds: new Map(),
        runsWithModels: [],
      });
    } finally {
      await progress.clear();
    }
    await context.answer(report, () => exportText(report, context));
    return report.left.length === 0 ? 0 : REFUSED_EXIT;
  },
});

function exportText(report: ExportReport, { paint }: Context): string {
  const { runs, loggedModels, registeredModels, artifacts } = report;
  const lines = facts(
    [
      ['experiments', formatCount(report.experiments)],
      ['runs', `${formatCount(runs.exported)} written, ${formatCount(runs.known)} known`],
      ['samples sent', formatCount(report.metrics)],
      ['logged models', `${formatCount(loggedModels.exported)} written, ${formatCount(loggedModels.known)} known`],
      [
        'registered models',
        `${formatCount(registeredModels.exported)}, ${counted(registeredModels.versions, 'new version')}`,
      ],
      ['files', `${formatCount(artifacts.files)}, ${formatBytes(artifacts.bytes)}`],
    ],
    paint,
  );
  return [paint.heading(`To ${report.target}`), lines, ...leftText(report.left, paint.bad)].join('\n');
}

export const mlflowCommands = [importCommand, mirrorCommand, exportCommand];

import { type GpuSource, listGpuSources, syncGpuSources } from '../src/finops/gpu-telemetry/schema.ts';
import { type ErrorCode, errorTable } from '../src/platform/errors/table.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatCount, formatInstant } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { table } from './output/table.ts';

const NO_SOURCE = 'No source yet. steelyard apply -f SOURCE.yaml with a document of kind GpuSource';

const sourcesCommand = command({
  path: ['gpu', 'sources'],
  summary: 'List the GPU telemetry sources with imported and skipped series',
  example: 'steelyard gpu sources',
  needs: 'server',
  run: async (context) => {
    const document = await (await context.client()).call(listGpuSources);
    await context.answer(document, () => sourcesText(document.sources, context));
    if (document.sources.length === 0) await context.remark(NO_SOURCE);
    return 0;
  },
});

const syncCommand = command({
  path: ['gpu', 'sync'],
  summary: 'Import new telemetry of one source or all sources, and wait until it is done',
  example: 'steelyard gpu sync\nsteelyard gpu sync cluster-a --json',
  needs: 'server',
  positionals: { source: { optional: true, describe: 'Name of the source; all sources by default' } },
  run: async (context, { source }) => {
    const client = await context.client();
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      for (;;) {
        const { done, sources } = await client.call(syncGpuSources, { body: source === undefined ? {} : { source } });
        if (done) {
          await progress.clear();
          await context.answer({ sources }, () => sourcesText(sources, context));
          if (sources.length === 0) await context.remark(NO_SOURCE);
          return toExitCode(sources);
        }
        progress.show(sources.map(({ source: name, readUntil }) => `${name}: up to ${readUntil}`).join(', '), null);
      }
    } finally {
      await progress.clear();
    }
  },
});

/** 0 when all sources succeeded; otherwise the exit code of the first failure. */
function toExitCode(sources: readonly GpuSource[]): number {
  const code = sources.map(findFailure).find((failure) => failure !== null)?.code;
  if (code === undefined) return 0;
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode].exitCode : 1;
}

function findFailure({ lastError, containers }: GpuSource) {
  return lastError ?? containers?.lastError ?? null;
}

function sourcesText(sources: readonly GpuSource[], { paint }: Context): string {
  if (sources.length === 0) return '';
  const rows = table(
    sources,
    [
      { title: 'SOURCE', cell: ({ source }) => source },
      { title: 'TYPE', cell: ({ type }) => type },
      {
        title: 'STATE',
        cell: ({ state }) => state,
        style: ({ state }) => (state === 'failed' ? paint.bad : state === 'ok' ? paint.good : paint.waiting),
      },
      { title: 'GPUS', align: 'right', cell: ({ gpus }) => formatCount(gpus) },
      { title: 'READINGS', align: 'right', cell: ({ readings }) => formatCount(readings) },
      { title: 'READ UNTIL', cell: ({ readUntil, lastAt }) => formatInstantOrNull(readUntil ?? lastAt), least: 16 },
      {
        title: 'SIGNALS',
        cell: ({ signals }) =>
          signals.map(({ signal, gpus }) => `${signal.replace(/^DCGM_FI_(PROF|DEV)_/, '')} ${gpus}`).join(', '),
        least: 12,
      },
    ],
    paint,
  );
  const notes = sources.flatMap(({ source, leftOut, lastError, containers }) => [
    ...listNotes(source, { leftOut, lastError }, paint),
    ...(containers === null ? [] : listNotes(`${source}, containers`, containers, paint)),
  ]);
  return [rows, ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}

function listNotes(
  source: string,
  { leftOut, lastError }: Pick<GpuSource, 'leftOut' | 'lastError'>,
  paint: Context['paint'],
): string[] {
  return [
    ...(lastError === null ? [] : [paint.bad(`${source}: ${lastError.detail} (${lastError.code})`)]),
    ...leftOut.map(
      ({ reason, readings, example }) =>
        `${paint.waiting(`${source}: left out ${counted(readings, 'reading')}:`)} ${reason} (${example})`,
    ),
  ];
}

function formatInstantOrNull(at: string | null): string | null {
  return at === null ? null : formatInstant(at);
}

export const gpuSourceCommands = [sourcesCommand, syncCommand];

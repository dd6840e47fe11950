import { setTimeout as pause } from 'node:timers/promises';
import {
  type BillSource,
  getSync,
  listSources,
  type Sync,
  type SyncedDelivery,
  type SyncProgress,
  startSyncs,
} from '../src/finops/sources/schema.ts';
import { type ErrorCode, errorTable } from '../src/platform/errors/table.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatCount, formatInstant } from './output/amounts.ts';
import type { Paint } from './output/paint.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { table } from './output/table.ts';

const NO_SOURCE = 'No source yet. steelyard apply -f SOURCE.yaml with a document of kind BillSource';
const ASKED_AGAIN_MS = 200;

const syncCommand = command({
  path: ['bill', 'sync'],
  summary: 'Import new deliveries of one source or all sources, and wait until it is done',
  example: 'steelyard bill sync\nsteelyard bill sync aws --json | jq .syncs[].deliveries',
  needs: 'server',
  positionals: { source: { optional: true, describe: 'Name of the source; all sources by default' } },
  run: async (context, { source }) => {
    const client = await context.client();
    const started = await client.call(startSyncs, { body: source === undefined ? {} : { source } });
    const syncs = await waitForAll(context, client, started.syncs);
    await context.answer({ syncs }, () => syncs.map((sync) => syncText(sync, context.paint)).join('\n\n'));
    if (syncs.length === 0) await context.remark(NO_SOURCE);
    return toExitCode(syncs);
  },
});

async function waitForAll(
  context: Context,
  client: Client,
  started: readonly { readonly sync: string }[],
): Promise<Sync[]> {
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    const syncs: Sync[] = [];
    for (const { sync } of started) syncs.push(await waitFor(client, sync, progress));
    return syncs;
  } finally {
    await progress.clear();
  }
}

async function waitFor(client: Client, sync: string, progress: Progress): Promise<Sync> {
  for (;;) {
    const state = await client.call(getSync, { params: { sync } });
    if (state.endedAt !== null) return state;
    const { label, ratio } = formatProgress(state.progress);
    progress.show(`${state.source}: ${label}`, ratio);
    await pause(ASKED_AGAIN_MS);
  }
}

function formatProgress({ phase, bytes, bytesDone, files, filesDone, rows }: SyncProgress): {
  label: string;
  ratio: number | null;
} {
  if (phase === 'fetching') {
    const label = `fetching ${formatCount(filesDone)} of ${counted(files, 'file')}`;
    return { label, ratio: bytes === 0 ? null : Math.min(1, bytesDone / bytes) };
  }
  const before = rows === 0 ? '' : `, ${counted(rows, 'row')} so far`;
  const labels = { queued: 'waiting for its turn', listing: 'listing', importing: 'reading the rows', ended: 'ending' };
  return { label: `${labels[phase]}${before}`, ratio: null };
}

function syncText({ source, deliveries, error }: Sync, paint: Paint): string {
  const title = paint.heading(source);
  const failure = error === null ? [] : [paint.bad(`${error.detail} (${error.code})`)];
  if (deliveries.length === 0) return [title, ...failure, ...(error === null ? ['Nothing is there.'] : [])].join('\n');
  return [title, ...failure, deliveriesText(deliveries, paint), ...listReasons(deliveries)].join('\n');
}

function deliveriesText(deliveries: readonly SyncedDelivery[], paint: Paint): string {
  return table(
    deliveries,
    [
      { title: 'OUTCOME', cell: ({ outcome }) => outcome, style: ({ outcome }) => chooseStyle(outcome, paint) },
      { title: 'EXPORT', cell: (row) => row.export },
      { title: 'PERIOD', cell: ({ period }) => period },
      { title: 'ROWS', align: 'right', cell: ({ rows }) => (rows === null ? null : formatCount(rows)) },
      { title: 'DELIVERY', cell: ({ delivery }) => delivery },
    ],
    paint,
  );
}

function chooseStyle(outcome: SyncedDelivery['outcome'], paint: Paint): (text: string) => string {
  if (outcome === 'imported') return paint.good;
  if (outcome === 'failed') return paint.bad;
  return outcome === 'waiting' || outcome === 'shadowed' || outcome === 'held' ? paint.waiting : paint.faint;
}

/** Below the table, because a sentence does not fit in a column. */
function listReasons(deliveries: readonly SyncedDelivery[]): string[] {
  return deliveries.flatMap(({ outcome, period, reason, code, ...delivery }) => {
    const what = `${delivery.export}${period === null ? '' : ` ${period}`}`;
    return reason === null ? [] : [`${what} ${outcome}: ${reason}${code === null ? '' : ` (${code})`}`];
  });
}

/** 0 when all syncs succeeded; otherwise the exit code of the first failure. */
function toExitCode(syncs: readonly Sync[]): number {
  const codes = syncs.flatMap(({ error, deliveries }) => [
    ...(error === null ? [] : [error.code]),
    ...deliveries.flatMap(({ outcome, code }) => (outcome === 'failed' ? [code ?? 'internal'] : [])),
  ]);
  const [first] = codes;
  if (first === undefined) return 0;
  return Object.hasOwn(errorTable, first) ? errorTable[first as ErrorCode].exitCode : 1;
}

const listCommand = command({
  path: ['source', 'list'],
  summary: 'List the bill sources with the result of the last sync',
  example: 'steelyard source list',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const document = await client.call(listSources);
    await context.answer(document, () => sourcesText(document.sources, context.paint));
    if (document.sources.length === 0) await context.remark(NO_SOURCE);
    return 0;
  },
});

function sourcesText(sources: readonly BillSource[], paint: Paint): string {
  if (sources.length === 0) return '';
  return table(
    sources,
    [
      { title: 'SOURCE', cell: ({ source }) => source },
      { title: 'STATE', cell: ({ state }) => state, style: ({ state }) => stateStyle(state, paint) },
      { title: 'LOCATION', cell: ({ location }) => location, least: 16 },
      { title: 'LAYOUT', cell: ({ layout }) => layout, least: 6 },
      { title: 'LAST SYNC', cell: ({ lastSyncAt }) => (lastSyncAt === null ? null : formatInstant(lastSyncAt)) },
      {
        title: 'NEXT SYNC',
        cell: ({ nextSyncAt }) => (nextSyncAt === null ? null : formatInstant(nextSyncAt)),
        least: 20,
      },
      { title: 'LAST ERROR', cell: ({ lastError }) => lastError?.detail ?? null, least: 24 },
    ],
    paint,
  );
}

function stateStyle(state: BillSource['state'], paint: Paint): (text: string) => string {
  if (state === 'failed') return paint.bad;
  return state === 'ok' ? paint.good : paint.waiting;
}

export const sourceCommands = [syncCommand, listCommand];

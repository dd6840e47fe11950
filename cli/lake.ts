import { setTimeout as pause } from 'node:timers/promises';
import {
  cancelLakeMove,
  getLakeStatus,
  type LakeMove,
  type LakeStatus,
  LakeTarget,
  startLakeMove,
} from '../src/platform/lake-moves/schema.ts';
import type { Client } from './connection/client.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { counted, formatBytes, formatCount } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';

const ASKED_AGAIN_MS = 500;

const statusCommand = command({
  path: ['lake', 'status'],
  summary: 'Show the place of the lake, its size, and the progress of a move',
  example: 'steelyard lake status',
  needs: 'server',
  run: async (context) => {
    const client = await context.client();
    const status = await client.call(getLakeStatus);
    await context.answer(status, () => statusText(status, context));
    return 0;
  },
});

const moveCommand = command({
  path: ['lake', 'move'],
  summary: 'Move the lake to a bucket or to the data folder while the server runs, or cancel the move',
  example:
    'steelyard lake move --to "s3://acme-lake/steelyard?region=eu-west-1"\nsteelyard lake move --to folder\nsteelyard lake move --cancel',
  needs: 'server',
  options: {
    to: {
      ...{ value: 'PLACE', schema: LakeTarget },
      describe:
        'Address of an empty bucket or prefix, or "folder" for the data folder; the same command continues a move',
    },
    cancel: { describe: 'Cancel the move before the lake is in its new place, and remove the copies' },
  },
  run: async (context, { to, cancel }) => {
    if ((to === undefined) !== cancel) throw new CommandError('usage', 'Give either --to PLACE or --cancel.');
    const client = await context.client();
    if (to === undefined) return cancelMove(context, client);
    const move = await waitForMove(context, client, await client.call(startLakeMove, { body: { to } }));
    if (move.state === 'failed') throw createFailure(move);
    const status = await client.call(getLakeStatus);
    await context.answer(move, () => movedText(move, status, context));
    return 0;
  },
});

async function waitForMove(context: Context, client: Client, started: LakeMove): Promise<LakeMove> {
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    for (let move = started; ; ) {
      if (move.endedAt !== null) return move;
      progress.show(progressText(move), move.progress.bytesDone / Math.max(1, move.progress.bytes));
      await pause(ASKED_AGAIN_MS);
      const last = (await client.call(getLakeStatus)).move;
      if (last === null || last.move !== started.move)
        throw new CommandError('lake_move_not_found', 'Another move of the lake has begun.');
      move = last;
    }
  } finally {
    await progress.clear();
  }
}

async function cancelMove(context: Context, client: Client): Promise<number> {
  const cancelled = await client.call(cancelLakeMove);
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    for (;;) {
      const { leaving } = await client.call(getLakeStatus);
      if (!leaving.includes(cancelled.to)) break;
      progress.show(`Removing the copies from ${cancelled.to}`, null);
      await pause(ASKED_AGAIN_MS);
    }
  } finally {
    await progress.clear();
  }
  await context.answer(cancelled, () => `The move is cancelled. The lake stays in ${showPlace(cancelled.from)}.`);
  return 0;
}

function createFailure({ problem }: LakeMove): CommandError {
  const { code, detail } = problem ?? { code: 'internal', detail: 'The move failed without a reason.' };
  // A newer server may have codes that this command line does not know.
  return new CommandError(code === 'lake_file_damaged' ? code : 'lake_move_failed', detail);
}

function progressText({ state, progress, problem }: LakeMove): string {
  const { filesDone, files, bytesDone, bytes } = progress;
  const copied = `${formatCount(filesDone)} of ${counted(files, 'file')}, ${formatBytes(bytesDone)} of ${formatBytes(bytes)}`;
  const text = state === 'switched' ? `Moving the last files: ${copied}` : `Copying ${copied}`;
  return problem === null ? text : `${text}. Retrying: ${problem.detail}`;
}

function movedText(move: LakeMove, { setting }: LakeStatus, { paint }: Context): string {
  const { files, bytes } = move.progress;
  if (move.state === 'cancelled') return paint.bad('The move was cancelled.');
  const set = setting === null ? 'Remove the setting "lake".' : `Set "lake" to "${setting}".`;
  return [
    `${paint.good('The lake is in')} ${showPlace(move.to)}: ${counted(files, 'file')}, ${formatBytes(bytes)}, every digest checked.`,
    `${move.to === 'folder' ? 'Remove the setting "lake".' : set} A start without this change works, and logs a warning.`,
    `The files in ${showPlace(move.from)} are removed after ten minutes, while a server runs.`,
  ].join('\n');
}

function statusText({ place, files, bytes, move, leaving }: LakeStatus, { paint }: Context): string {
  return [
    `The lake is in ${showPlace(place)}: ${counted(files, 'file')}, ${formatBytes(bytes)}.`,
    ...(move === null || move.state === 'ended' || move.state === 'cancelled' ? [] : [moveText(move, paint)]),
    ...leaving.map((former) => `Files of before are being removed from ${showPlace(former)}.`),
  ].join('\n');
}

function moveText(move: LakeMove, paint: Context['paint']): string {
  if (move.state === 'failed') return paint.bad(`The move to ${showPlace(move.to)} failed: ${move.problem?.detail}`);
  return `Move to ${showPlace(move.to)}: ${progressText(move)}`;
}

function showPlace(place: string): string {
  return place === 'folder' ? 'the data folder' : place;
}

export const lakeCommands = [statusCommand, moveCommand];

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { readSystemCode } from '../../platform/errors/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import { type CappedLog, openCappedLog } from './capped-log.ts';
import type { Cluster } from './cluster.ts';
import { createLogReader, type LogPosition } from './log-lines.ts';
import { MAIN } from './objects.ts';

interface PodLogRequest {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly pod: string;
  readonly folder: string;
  /** Whether the container has ended: a read after that has the complete log. */
  hasEnded(): boolean;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** How far the log is in `output.log`: after a restart it is cut to these bytes and read on from there. */
const Read = z.object({
  bytes: z.number().int(),
  position: z
    .object({ stamp: z.string(), since: z.string(), lines: z.number(), bytes: z.number(), ended: z.boolean() })
    .nullable(),
  finished: z.boolean(),
});
type Read = z.infer<typeof Read>;

const NOTED_EVERY_MS = 1_000;
const RETRY_MS = 500;

/** Follows the output of a pod's command into `output.log` until its end. Resolves when all of it is there; never rejects. */
export async function followPodLog(request: PodLogRequest): Promise<void> {
  const read = await readNote(request.folder);
  if (read.finished) return;
  const capped = await openCappedLog(request.folder, read.bytes);
  const position = await follow(request, capped, read.position);
  const bytes = capped.headBytes ?? 0;
  if (request.signal.aborted) return void (await capped.finish());
  await capped.finish();
  await note(request.folder, { bytes, position, finished: true });
}

async function follow(
  request: PodLogRequest,
  capped: CappedLog,
  from: LogPosition | null,
): Promise<LogPosition | null> {
  let position = from;
  for (;;) {
    const ended = request.hasEnded();
    const piece = await readOnce(request, capped, position);
    position = piece.position;
    if (request.signal.aborted || piece.gone || (ended && piece.whole)) return position;
    // The API server may have restarted in the middle of its answer: the log of an ended container is read once more, to its end.
    if (!piece.whole || !request.hasEnded())
      await pause(RETRY_MS, undefined, { signal: request.signal }).catch(() => undefined);
  }
}

interface Piece {
  readonly position: LogPosition | null;
  /** Read to its end, as the server says. */
  readonly whole: boolean;
  /** There is no such pod any more. */
  readonly gone: boolean;
}

async function readOnce(request: PodLogRequest, capped: CappedLog, from: LogPosition | null): Promise<Piece> {
  const { cluster, namespace, pod, folder, signal, log } = request;
  const reader = createLogReader(from);
  const query = {
    container: MAIN,
    follow: 'true',
    timestamps: 'true',
    ...(from === null ? {} : { sinceTime: from.since }),
  };
  let noted = Date.now();
  try {
    const answer = await cluster.follow(`/api/v1/namespaces/${namespace}/pods/${pod}/log`, query, signal);
    if (answer === null) return { position: from, whole: false, gone: true };
    for await (const chunk of answer) {
      await capped.append(reader.take(chunk));
      if (capped.headBytes === null || Date.now() - noted < NOTED_EVERY_MS) continue;
      await note(folder, { bytes: capped.headBytes, position: reader.position, finished: false });
      noted = Date.now();
    }
    return { position: reader.position, whole: true, gone: false };
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error, pod }, 'the output of a pod was interrupted');
    return { position: reader.position, whole: false, gone: false };
  }
}

const buildNotePath = (folder: string) => join(folder, 'kubernetes-log.json');

async function readNote(folder: string): Promise<Read> {
  try {
    return Read.parse(JSON.parse(await readFile(buildNotePath(folder), 'utf8')));
  } catch (error) {
    if (readSystemCode(error) !== 'ENOENT') throw error;
    return { bytes: 0, position: null, finished: false };
  }
}

async function note(folder: string, read: Read): Promise<void> {
  await writeFile(`${buildNotePath(folder)}.part`, JSON.stringify(read));
  await rename(`${buildNotePath(folder)}.part`, buildNotePath(folder));
}

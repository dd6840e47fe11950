import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readSystemCode } from '../../platform/errors/index.ts';
import type { RunningWork, Work, WorkEnd } from '../compute/index.ts';

const Count = z.number().nullable();
const Name = z.string().nullable();
const KeptEnd = z.object({
  reason: z.enum(['exited', 'signal', 'out-of-memory', 'disk', 'stopped', 'evicted', 'lost', 'not-started']),
  exitCode: Count,
  stoppedBy: z.enum(['starter', 'watchdog']).nullable(),
  start: z.number(),
  end: z.number(),
  detail: Name,
  usage: z.object({ cpuSeconds: Count, peakMemoryBytes: Count, reason: Name.default(null) }),
  place: z
    .object({
      node: z.string(),
      instance: Name,
      region: Name,
      zone: Name,
      gpuModel: Name,
      spot: z.boolean(),
      share: z.number().default(1),
    })
    .nullable(),
  /** Absent in an end that an earlier version stored. */
  held: z.object({ since: Count, machineMs: z.number() }).optional(),
  decisiveNode: Count.default(null),
});

const endFile = (folder: string) => join(folder, 'kubernetes-ended.json');

export async function keepEnd(folder: string, end: WorkEnd): Promise<void> {
  await writeFile(`${endFile(folder)}.part`, JSON.stringify(end));
  await rename(`${endFile(folder)}.part`, endFile(folder));
}

/** Work with a stored end; null where no end is stored. */
export async function findEndedWork({ id, folder }: Pick<Work, 'id' | 'folder'>): Promise<RunningWork | null> {
  const end = await readEnd(folder);
  if (end === null) return null;
  const { held } = end;
  return {
    id,
    start: end.start,
    ended: Promise.resolve(end),
    extend: async () => undefined,
    stop: async () => undefined,
    usage: async () => end.usage,
    placed: Promise.resolve(end.place ?? null),
    waiting: () => null,
    isQueued: () => false,
    ...(held === undefined ? {} : { heldSince: () => held.since }),
  };
}

async function readEnd(folder: string): Promise<WorkEnd | null> {
  try {
    const { held, ...end } = KeptEnd.parse(JSON.parse(await readFile(endFile(folder), 'utf8')));
    return held === undefined ? end : { ...end, held };
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

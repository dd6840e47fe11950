import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readSystemCode } from '../../../platform/errors/index.ts';
import { makeFolder, read, replace } from './kept.ts';

/** Facts of one container for its watchdog. */
const WatchedSchema = z.object({
  address: z.string(),
  certificates: z.string().nullable(),
  container: z.string(),
  /** Unix milliseconds at which it must have ended. */
  until: z.number(),
  /** Milliseconds from being asked to end to being killed. */
  graceMs: z.number(),
  /** Unix milliseconds of the kill after a stop request. Null: no stop was requested. */
  killAt: z.number().nullable(),
  /** File that records the origin of the stop request. */
  stopped: z.string(),
});

export type WatchedContainer = z.infer<typeof WatchedSchema>;

/** All containers of one server, in a folder that its watchdog reads: a file for each, written by the server alone. */
export interface WatchList {
  read(id: string): WatchedContainer | null;
  ids(): string[];
  write(id: string, watched: WatchedContainer): void;
  change(id: string, change: Partial<WatchedContainer>): void;
  remove(id: string): void;
}

const SUFFIX = '.json';

export function openWatchList(folder: string): WatchList {
  const fileOf = (id: string) => join(folder, `${id}${SUFFIX}`);
  const readOne = (id: string): WatchedContainer | null => {
    const text = read(fileOf(id));
    return text === null ? null : WatchedSchema.parse(JSON.parse(text));
  };
  const write = (id: string, watched: WatchedContainer) => {
    makeFolder(folder);
    replace(fileOf(id), JSON.stringify(watched));
  };
  return {
    read: readOne,
    ids: () =>
      list(folder)
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length)),
    write,
    change(id, change) {
      const watched = readOne(id);
      if (watched !== null) write(id, { ...watched, ...change });
    },
    remove: (id) => rmSync(fileOf(id), { force: true }),
  };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

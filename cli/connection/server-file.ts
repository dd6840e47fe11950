import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { buildServerFolder, SERVERS_FOLDER } from '../../src/platform/store/folder-lock.ts';
import { UtcInstant } from '../../src/platform/units/schema.ts';

const ServerFile = z.strictObject({
  url: z.url({ protocol: /^http$/ }),
  pid: z.number().int().positive(),
  startedAt: UtcInstant,
  /** Grants access to a server with accounts to every process that can read this file. */
  key: z.string().optional(),
  /** Name of the machine, where several servers share the data folder. */
  host: z.string().optional(),
  /** Present where the server ends with the command that started it. */
  endsWith: z.literal('command').optional(),
});
export type ServerFile = z.infer<typeof ServerFile>;

function pathIn(data: string): string {
  return join(data, 'server.json');
}

/**
 * Address of the server of a data folder, from the file that the server wrote; null when there is none or the file is
 * damaged.
 */
export function readServerFile(data: string): ServerFile | null {
  try {
    return ServerFile.safeParse(JSON.parse(readFileSync(pathIn(data), 'utf8'))).data ?? null;
  } catch {
    return null; // a command then starts its own server; the lock of the folder decides
  }
}

/** The same for each server on this machine of several that share the data folder. */
export function readSharedServerFiles(data: string): ServerFile[] {
  let names: string[] = [];
  try {
    names = readdirSync(join(data, SERVERS_FOLDER));
  } catch {
    return []; // it has one server
  }
  const files = names.map((name) => readServerFile(buildServerFolder(data, name)));
  return files.filter((file) => file !== null).filter(({ host }) => host === hostname());
}

/** Removes the file of a killed server. Requires the lock of the folder. */
export function removeServerFile(data: string): void {
  rmSync(pathIn(data), { force: true });
}

/** Publishes the address until disposed, readable by its own user only. Only for the holder of the folder's lock. */
export function announceServer(data: string, server: ServerFile): Disposable {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  // Renamed into place, so that a concurrent reader never sees a partial file. Overwriting would also keep the mode of
  // an old file.
  const whole = `${pathIn(data)}.new`;
  rmSync(whole, { force: true });
  writeFileSync(whole, `${JSON.stringify(server)}\n`, { mode: 0o600 });
  renameSync(whole, pathIn(data));
  return { [Symbol.dispose]: () => removeServerFile(data) };
}

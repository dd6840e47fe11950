import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CommandError } from '../frame/failure.ts';
import type { Io } from '../io.ts';

const Stored = z.record(z.string(), z.strictObject({ name: z.string(), id: z.string(), token: z.string() }));
export type StoredCredential = z.infer<typeof Stored>[string];

/** File in which `steelyard login` stores tokens, by server. */
export function credentialsFile({ environment }: Pick<Io, 'environment'>): string {
  const configured = environment.XDG_CONFIG_HOME;
  const folder =
    configured === undefined || configured === '' ? join(environment.HOME ?? homedir(), '.config') : configured;
  return join(folder, 'steelyard', 'credentials.json');
}

/** `http://host:1/` and `http://host:1` are one server. */
function toServerKey(url: string): string {
  return url.replace(/\/+$/, '').toLowerCase();
}

export function storedCredential(io: Pick<Io, 'environment'>, url: string): StoredCredential | null {
  return readAll(credentialsFile(io))[toServerKey(url)] ?? null;
}

/** Stores a credential, or removes it when it is null. Only the user may read the file. */
export function storeCredential(io: Pick<Io, 'environment'>, url: string, credential: StoredCredential | null): void {
  const file = credentialsFile(io);
  const { [toServerKey(url)]: _before, ...others } = readAll(file);
  const all = credential === null ? others : { ...others, [toServerKey(url)]: credential };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // A new file, renamed into place: the write is atomic, and the mode of an old file has no effect.
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  renameSync(fresh, file);
}

function readAll(file: string): z.infer<typeof Stored> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {}; // no login yet
  }
  const parsed = Stored.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new CommandError('file_unreadable', `${file} is damaged. Remove it and log in again.`, { file });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // damaged; the caller reports it
  }
}

/** Authorization header for a server of --url: STEELYARD_TOKEN, else the token of the login. */
export function authorizationFor(io: Pick<Io, 'environment'>, url: string): string | null {
  const configured = io.environment.STEELYARD_TOKEN;
  const token = configured === undefined || configured === '' ? storedCredential(io, url)?.token : configured;
  return token === undefined ? null : `Bearer ${token}`;
}

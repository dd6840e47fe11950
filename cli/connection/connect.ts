import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigSchema } from '../../src/platform/config/schema.ts';
import type { Globals } from '../frame/context.ts';
import { CommandError, isExpected } from '../frame/failure.ts';
import type { Io } from '../io.ts';
import { loadServer } from '../load-server.ts';
import { type Client, createClient } from './client.ts';
import { authorizationFor } from './credentials.ts';
import { readServerFile, type ServerFile } from './server-file.ts';
import { send, textOf } from './transport.ts';

export interface Connection extends AsyncDisposable {
  readonly client: Client;
}

const HEALTH_TIMEOUT_MS = 2_000;
/** A server that is just starting, or another short command, holds the folder for less than this. */
const FOLDER_WAIT_MS = 3_000;
const FOLDER_POLL_MS = 100;

/** The server of --url; else the one that runs on the data folder; else one of our own, for as long as the command takes. */
export async function connect(globals: Globals, io: Io): Promise<Connection> {
  const url = globals.url ?? io.environment.STEELYARD_URL;
  if (url !== undefined && url !== '') return remote(checkedUrl(url), authorizationFor(io, url));
  const data = await dataFolder(globals, io);
  const deadline = performance.now() + FOLDER_WAIT_MS;
  for (;;) {
    const running = await runningServer(data);
    if (running !== null) return remote(running.url, running.key === undefined ? null : `Bearer ${running.key}`);
    try {
      return await ownServer(globals, io);
    } catch (error) {
      const busy = isExpected(error) && error.code === 'data_folder_in_use';
      if (!busy || performance.now() > deadline) throw error;
      await sleep(FOLDER_POLL_MS);
    }
  }
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new CommandError('usage', `STEELYARD_URL is "${url}", which is no address such as http://127.0.0.1:4610.`);
}

function remote(url: string, authorization: string | null): Connection {
  return { client: createClient(url, authorization), [Symbol.asyncDispose]: async () => {} };
}

async function dataFolder({ data, config }: Globals, { environment }: Io): Promise<string> {
  if (data !== undefined) return data;
  if (config === undefined && environment.STEELYARD_CONFIG === undefined) {
    return ConfigSchema.shape.data.parse(environment.STEELYARD_DATA);
  }
  const { readSettings } = await loadServer();
  return readSettings({ data, config }, environment).config.data;
}

/**
 * What the server of a folder says of itself, null when none runs. Its process must live too: after a crash another server may
 * have taken the same port for another folder.
 */
async function runningServer(data: string): Promise<ServerFile | null> {
  const said = readServerFile(data);
  if (said === null || !isAlive(said.pid)) return null;
  try {
    const answer = await send(said.url, { method: 'GET', path: '/health', timeoutMs: HEALTH_TIMEOUT_MS });
    return (await textOf(answer)) === 'OK' ? said : null;
  } catch {
    return null; // not this server any more
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Loaded only here, so that a command to a running server starts without the engine. */
async function ownServer(globals: Globals, io: Io): Promise<Connection> {
  const { startForCommand } = await loadServer();
  const server = await startForCommand(globals, io.environment);
  const authorization = server.localKey === null ? null : `Bearer ${server.localKey}`;
  return {
    client: createClient(server.url, authorization),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

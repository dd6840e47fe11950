import { ConfigSchema } from '../../src/platform/config/schema.ts';
import type { Globals } from '../frame/context.ts';
import { CommandError } from '../frame/failure.ts';
import type { Io } from '../io.ts';
import { loadServer } from '../load-server.ts';
import { type Client, createClient } from './client.ts';
import { authorizationFor } from './credentials.ts';
import { enterFolder } from './folder.ts';
import { untilNoLease } from './leases.ts';
import { announceServer } from './server-file.ts';
import { type Connection, createServerClient, sharedConnection } from './shared.ts';

export type { Connection } from './shared.ts';

/**
 * The server of --url; else the one that runs on the data folder; else a temporary one for the duration of the command.
 */
export async function connect(globals: Globals, io: Io): Promise<Connection> {
  const url = globals.url ?? io.environment.STEELYARD_URL;
  if (url !== undefined && url !== '') return remote(createClient(checkedUrl(url), authorizationFor(io, url)));
  return connectToFolder(await dataFolder(globals, io), globals, io);
}

async function connectToFolder(data: string, globals: Globals, io: Io): Promise<Connection> {
  const entry = await enterFolder(data, globals.wait);
  if ('lock' in entry) return ownServer(data, entry.lock, globals, io);
  const { server } = entry;
  if (server.endsWith === undefined) return remote(createServerClient(server));
  return sharedConnection(data, server, () => connectToFolder(data, globals, io));
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new CommandError('usage', `STEELYARD_URL is "${url}", which is no address such as http://127.0.0.1:4610.`);
}

function remote(client: Client): Connection {
  return { client, [Symbol.asyncDispose]: async () => {} };
}

async function dataFolder({ data, config }: Globals, { environment }: Io): Promise<string> {
  if (data !== undefined) return data;
  if (config === undefined && environment.STEELYARD_CONFIG === undefined) {
    return ConfigSchema.shape.data.parse(environment.STEELYARD_DATA);
  }
  const { readSettings } = await import('../settings.ts');
  return readSettings({ data, config }, environment).config.data;
}

/**
 * Loaded only here, so that a command to a running server starts without the engine. Other commands can use this server
 * concurrently.
 */
async function ownServer(data: string, lock: Disposable, globals: Globals, io: Io): Promise<Connection> {
  try {
    const { startForCommand } = await loadServer();
    const server = await startForCommand(globals, io.environment, lock);
    const { url, localKey } = server;
    const facts = { url, pid: process.pid, startedAt: new Date().toISOString(), endsWith: 'command' } as const;
    const file = localKey === null ? facts : { ...facts, key: localKey };
    const announced = announceServer(data, file);
    const remark = async () => {
      if (!globals.json) await io.err.write('Waiting for another command that uses the data folder.\n');
    };
    return {
      client: createServerClient(file),
      async [Symbol.asyncDispose]() {
        try {
          announced[Symbol.dispose]();
          await untilNoLease(data, remark);
        } finally {
          await server[Symbol.asyncDispose]();
        }
      },
    };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

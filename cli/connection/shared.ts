import type { Readable } from 'node:stream';
import { CommandError, systemCode } from '../frame/failure.ts';
import { type Client, createClient } from './client.ts';
import { type Leases, openLeases } from './leases.ts';
import { readServerFile, type ServerFile } from './server-file.ts';

export interface Connection extends AsyncDisposable {
  readonly client: Client;
}

/**
 * Calls to a server that ends with the command of another process. Each call holds a lease, so that the server answers it before it
 * ends. When the server has ended or was killed between two calls, `reconnect` finds the next one, or starts one here.
 */
export function sharedConnection(data: string, server: ServerFile, reconnect: () => Promise<Connection>): Connection {
  const leases = openLeases(data);
  let client = createServerClient(server);
  let next: Promise<Connection> | null = null;

  async function nextClient(): Promise<Client> {
    next ??= reconnect();
    client = (await next).client;
    return client;
  }

  /** `operation` releases the lease when its answer has been read. */
  async function ask<T>(operation: (client: Client, release: () => void) => Promise<T>, isRead: boolean): Promise<T> {
    if (next !== null || !takeLease(leases, data, server)) return operation(await nextClient(), () => undefined);
    const release = once(() => leases.release());
    try {
      return await operation(client, release);
    } catch (error) {
      release();
      if (!wasRefused(error) && !(isRead && wasLost(error))) throw error;
    }
    return operation(await nextClient(), () => undefined);
  }

  const whole = <T>(operation: (client: Client) => Promise<T>, isRead = false): Promise<T> =>
    ask(async (asked, release) => {
      const answer = await operation(asked);
      release();
      return answer;
    }, isRead);
  return {
    client: {
      get url() {
        return client.url;
      },
      get authorization() {
        return client.authorization;
      },
      call: (endpoint, input) => whole((asked) => asked.call(endpoint, input), endpoint.method === 'GET'),
      // A streamed body cannot be sent again. The lease keeps the server alive, unless it is killed.
      upload: (endpoint, input, content) => whole((asked) => asked.upload(endpoint, input, content)),
      document: (path) => whole((asked) => asked.document(path), true),
      download: (endpoint, input) =>
        ask(async (asked, release) => {
          const answer: Readable = await asked.download(endpoint, input);
          return answer.once('close', release);
        }, true),
    },
    async [Symbol.asyncDispose]() {
      leases[Symbol.dispose]();
      await (await next?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

export function createServerClient({ url, key }: Pick<ServerFile, 'url' | 'key'>): Client {
  return createClient(url, key === undefined ? null : `Bearer ${key}`);
}

/** With a lease, the server in the file stays until the lease is released. */
function takeLease(leases: Leases, data: string, server: ServerFile): boolean {
  if (!leases.take()) return false;
  const now = readServerFile(data);
  if (now?.pid === server.pid && now.startedAt === server.startedAt) return true;
  leases.release();
  return false;
}

/** True if no connection was made, so that no request was sent: the server was killed before. */
function wasRefused(error: unknown): boolean {
  return error instanceof CommandError && systemCode(error.cause) === 'ECONNREFUSED';
}

/** True if the server was killed during its answer; a request that only reads is then sent again. */
function wasLost(error: unknown): boolean {
  return systemCode(error) === 'ECONNRESET' || (error instanceof CommandError && error.code === 'server_unreachable');
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}

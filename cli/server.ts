import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication } from '../src/main.ts';
import type { FirstAccount } from '../src/platform/auth/index.ts';
import { type Config, loadConfig } from '../src/platform/config/index.ts';
import { listenOn } from '../src/platform/http/index.ts';
import { CommandError } from './frame/failure.ts';
import type { Io } from './io.ts';
import { readSettings } from './settings.ts';

/** The only file of the command line that loads the application; imported when a command needs it, never at the start. */

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** Address for commands on this machine; with TLS a plain one on loopback. */
  readonly localUrl: string;
  readonly config: Config;
  /** Reads the files of the certificate again; null without TLS. */
  readonly reloadTls: (() => void) | null;
  /** Asks load balancers to stop sending requests, and answers those that still come. */
  drain(): Promise<void>;
  /** Key of commands on this machine; null without accounts. */
  readonly localKey: string | null;
  /** An account made at this start because there was none. */
  readonly firstAccount: AnnouncedAccount | null;
}

/**
 * The first account, and the file in the data folder with its password. Standard output would put the password into
 * logs.
 */
export interface AnnouncedAccount {
  readonly name: string;
  readonly passwordFile: string;
}

/**
 * `first` creates an account where accounts are enabled and none exists; `lock` is the lock of the data folder, if the
 * caller already holds it.
 */
export async function startServer(
  config: Config,
  first: 'first account' | null = null,
  lock?: Disposable,
): Promise<RunningServer> {
  const application = await createApplication(config, lock === undefined ? {} : { lock });
  try {
    const made = first === null ? null : await application.ensureFirstAccount();
    const firstAccount = made === null ? null : keepFirstPassword(config.data, made);
    const url = await listenOn(application.http, config);
    const { localKey } = application;
    const local = application.http.server.address();
    const hasTls = application.http.tls !== null && typeof local === 'object' && local !== null;
    return {
      ...{ url, config, localKey, firstAccount },
      localUrl: hasTls ? `http://127.0.0.1:${local.port}` : url,
      reloadTls: hasTls ? () => void application.http.tls?.reload() : null,
      drain: () => application.drain(),
      [Symbol.asyncDispose]: () => application[Symbol.asyncDispose](),
    };
  } catch (error) {
    await application[Symbol.asyncDispose]();
    throw error;
  }
}

/** Writes the password to a file that only the user of the server may read. */
function keepFirstPassword(data: string, { name, password }: FirstAccount): AnnouncedAccount {
  const passwordFile = join(data, 'first-password');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  return { name, passwordFile };
}

/** The same server for the duration of one command, on a free loopback port; it logs only errors. */
export async function startForCommand(
  { data, config: file }: { readonly data?: string | undefined; readonly config?: string | undefined },
  environment: Io['environment'],
  lock: Disposable,
): Promise<RunningServer> {
  const { config, sources } = readSettings({ data, config: file }, environment);
  if (config.server !== undefined) {
    const detail = `No server of the data folder ${config.data} runs on this machine. Start one with "steelyard serve", or name a running one with --url.`;
    throw new CommandError('server_unreachable', detail, { folder: config.data });
  }
  const logLevel = sources.logLevel === 'default' ? 'warn' : config.logLevel;
  const plain = { tlsCertFile: undefined, tlsKeyFile: undefined };
  return startServer({ ...config, ...plain, host: '127.0.0.1', port: 0, logLevel }, null, lock);
}

/** A server on an empty temporary folder that is removed with it, for commands that do not depend on data. */
export async function startEmptyServer(): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-empty-'));
  const { config } = loadConfig({ environment: {}, flags: { data, port: 0, logLevel: 'warn' } });
  const server = await startServer(config);
  const end = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    rmSync(data, { recursive: true, force: true });
  };
  return { ...server, [Symbol.asyncDispose]: end };
}

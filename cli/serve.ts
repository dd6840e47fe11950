import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { readVersion } from '../src/app/version.ts';
import { buildServerFolder } from '../src/platform/store/folder-lock.ts';
import { lockForServe } from './connection/folder.ts';
import { announceServer } from './connection/server-file.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { waitOption } from './frame/globals.ts';
import type { Io, Signal } from './io.ts';
import { loadServer } from './load-server.ts';
import type { RunningServer } from './server.ts';
import { readSettings } from './settings.ts';

/** The parts of the server end within 8 s after it has drained; this limit is for handles that keep the process alive after that. */
const LONGEST_STOP_MS = 10_000;
const HARD_EXIT: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 };

const serveCommand = command({
  path: ['serve'],
  summary: 'Start the server: HTTP API, MLflow-compatible API and web app, until it is stopped',
  example: 'steelyard serve\nsteelyard serve --port 8080 --data /var/lib/steelyard',
  needs: 'settings',
  exits: {
    0: 'stopped by SIGINT or SIGTERM; all data is written',
    130: 'forced to stop by a second SIGINT, or 10 s after it has drained (SIGTERM: 143)',
  },
  options: {
    port: { value: 'PORT', describe: 'TCP port; 0 takes a free one (default 4610)' },
    host: { value: 'HOST', describe: 'Address to listen on (default 127.0.0.1)' },
    wait: waitOption,
    open: {
      value: 'yes|no',
      fallback: 'no',
      schema: z.enum(['yes', 'no'], 'yes or no'),
      describe: 'Open the web app in the browser',
    },
  },
  run: async (context, { port, host, wait, open }) => {
    const { startServer } = await loadServer();
    // Registered first, so that a signal during the start is not lost.
    using stop = stopSignal(context.io);
    const { data, config: file } = context.globals;
    const { config } = readSettings({ data, config: file, port, host }, context.io.environment);
    // One of several servers has its own folder below the data folder.
    const own = config.server === undefined ? config.data : buildServerFolder(config.data, config.server);
    const lock = await lockForServe(own, wait);
    // Files created later are then accessible to the server's user only.
    if (config.processUser !== undefined) process.umask(0o077);
    await using server = await startServer(config, 'first account', lock);
    using _returned = returnMemorySoon();
    const startedAt = new Date().toISOString();
    const { localUrl, localKey, firstAccount, reloadTls } = server;
    using _hangup = reloadTls === null ? null : (context.io.onHangup?.(reloadTls) ?? null);
    const machine = config.server === undefined ? {} : { host: hostname() };
    const facts = { url: localUrl, pid: process.pid, startedAt, ...machine };
    using _announced = announceServer(own, localKey === null ? facts : { ...facts, key: localKey });
    const document = {
      url: server.url,
      pid: process.pid,
      data: config.data,
      version: readVersion(),
      startedAt,
      ...(firstAccount === null ? {} : { firstAccount }),
    };
    await context.answer(document, () => readyText(server, context));
    if (open === 'yes') await showInBrowser(server.url, context);
    await stop.asked;
    await context.remark('Stopping. Press again to stop immediately.');
    await server.drain();
    stop.limit();
    return 0;
  },
});

function readyText({ url, config, firstAccount }: RunningServer, { paint }: Context): string {
  return [
    `${paint.good('Steelyard is ready:')} ${url}`,
    `  data folder  ${config.data}`,
    `  API          ${url}/api/docs`,
    `  MLflow       MLFLOW_TRACKING_URI=${url}`,
    ...(firstAccount === null
      ? []
      : [
          `  first account  ${firstAccount.name}; its password is in ${firstAccount.passwordFile} (change it, then delete the file)`,
        ]),
    '  Ctrl-C stops it.',
  ].join('\n');
}

/**
 * Resolves at the first signal. The second one, or 10 s after `limit`, end the process immediately, which the store and the lake
 * survive.
 */
function stopSignal(io: Io): Disposable & { readonly asked: Promise<Signal>; limit(): void } {
  const { promise, resolve } = Promise.withResolvers<Signal>();
  let given: Signal | null = null;
  let late: NodeJS.Timeout | undefined;
  const listening = io.onSignal((signal) => {
    if (given !== null) process.exit(HARD_EXIT[signal]);
    given = signal;
    resolve(signal);
  });
  const limit = () => {
    late = setTimeout(() => process.exit(HARD_EXIT[given ?? 'SIGTERM']), LONGEST_STOP_MS);
  };
  const end = () => {
    clearTimeout(late);
    listening[Symbol.dispose]();
  };
  return { asked: promise, limit, [Symbol.dispose]: end };
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** A failure to open a browser does not stop the server. */
async function showInBrowser(url: string, context: Context): Promise<void> {
  const [program, ...words] = openers[process.platform] ?? ['xdg-open'];
  const failed = await new Promise<boolean>((resolve) => {
    const opener = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
    opener.on('error', () => resolve(true)).on('spawn', () => resolve(false));
    opener.unref();
  });
  if (failed) await context.remark(`${program} is not here to show ${url}.`);
}

const AFTER_MS = 1500;
/** Growth of the heap over its size after the last full collection, in percent. */
const HEAP_GROWS_BY = 100;

/**
 * Reading and compiling the program takes a third more memory than running it. Without a request, the engine keeps this
 * memory until a busy period triggers a collection; so one collection is requested shortly after the start.
 */
function returnMemorySoon(): Disposable {
  growEvenly();
  const timer = setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect === 'function') collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, AFTER_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}

/**
 * Makes the heap grow in proportion to its size. After a collection to a small heap, the engine allows some 15 MB until
 * the next full collection, including arrays outside of the heap. A comparison of columns or an import passes hundreds:
 * three comparisons of two million rows triggered 65 collections, which freed almost no memory.
 */
function growEvenly(): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWS_BY}`);
}

export const serveCommands = [serveCommand];

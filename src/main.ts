import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Config } from './platform/config/index.ts';
import { createHttp, type Plugin, type Route } from './platform/http/index.ts';
import { type Objects, openObjects } from './platform/objects/index.ts';
import { lockFolder } from './platform/store/folder-lock.ts';
import { type Migrations, openStore, type Store } from './platform/store/index.ts';
import { createLog, createTelemetry, type Log, type Telemetry } from './platform/telemetry/index.ts';
import { type Clock, systemClock } from './platform/units/index.ts';
import { readVersion } from './version.ts';

/** What a test may replace; everything else is real. */
export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Log;
}

export interface Application extends AsyncDisposable {
  readonly http: FastifyInstance;
  readonly store: Store;
  readonly config: Config;
}

interface Ground {
  readonly config: Config;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly store: Store;
  readonly objects: Objects;
}

/** Wires everything, once. The result answers requests by injection and listens when `listen` is called on its `http`. */
export async function createApplication(config: Config, overrides: Overrides = {}): Promise<Application> {
  await using stack = new AsyncDisposableStack();
  const folder = resolve(config.data);
  stack.use(lockFolder(folder));
  const store = stack.use(await openStore({ database: config.database, folder }));
  const ground: Ground = {
    config,
    folder,
    clock: overrides.clock ?? systemClock,
    log: overrides.log ?? createLog(config.logLevel),
    telemetry: createTelemetry(),
    store,
    objects: await openObjects(join(folder, 'objects')),
  };
  await store.migrate(migrations);
  const { routes, plugins } = wire(ground);
  const http = await createHttp({ ...ground, routes, plugins });
  stack.defer(() => http.close());
  const kept = stack.move();
  return { http, store, config, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

const migrations: Migrations = {};

function wire(ground: Ground): { routes: Route[]; plugins: Plugin[] } {
  return { routes: [], plugins: [systemPlugin(ground.telemetry)] };
}

function systemPlugin(telemetry: Telemetry): Plugin {
  return (app) => {
    app.get('/health', { config: { scope: 'open' } }, async (_request, reply) => reply.type('text/plain').send('OK'));
    app.get('/metrics', { config: { scope: 'platform.read' } }, async (_request, reply) => {
      const { contentType, text } = await telemetry.exposition();
      return reply.type(contentType).send(text);
    });
    app.get('/api/v1/version', { config: { scope: 'open' } }, async () => ({ version: readVersion() }));
  };
}

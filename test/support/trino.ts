import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openTrino, type TrinoClient } from '../../src/platform/trino/index.ts';
import { type CatalogPlace, createTrinoCatalog, type TrinoCatalog } from '../../src/testing/trino-catalog.ts';
import { onFreePort } from './free-port.ts';
import { startServerChild } from './server-child.ts';

/** A Trino with dynamic catalogs, in separate processes. */
export interface TrinoServer extends AsyncDisposable {
  /** Address of the coordinator. */
  readonly url: string;
  /** Creates a catalog with a unique name over a database that has the tables of Iceberg's catalog. */
  newCatalog(place: Omit<CatalogPlace, 'url' | 'name'>): Promise<TrinoCatalog>;
}

/** Folder of Trino and the program `java`. */
interface TrinoPrograms {
  readonly home: string;
  readonly java: string;
}

/** Trino of TEST_TRINO with the Java of TEST_TRINO_JAVA, as scripts/build-trino.sh makes them; null where they are not there. */
export function findTrino(): TrinoPrograms | null {
  const { TEST_TRINO: home = '', TEST_TRINO_JAVA: java = '' } = process.env;
  return existsSync(join(home, 'plugin', 'iceberg')) && existsSync(java) ? { home, java } : null;
}

/** Starts a coordinator, which runs queries too, and as many workers; disposing ends them and removes their folders. */
export async function startTrino({ workers = 0 } = {}): Promise<TrinoServer> {
  const programs = findTrino();
  if (programs === null) throw new Error('Trino is not there; TEST_TRINO and TEST_TRINO_JAVA name it and its Java');
  await using started = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'trino-'));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  const url = await onFreePort(async (port) => {
    const coordinator = `http://127.0.0.1:${port}`;
    started.use(await startNode(programs, join(folder, 'coordinator'), { port, coordinator }));
    return coordinator;
  });
  await Promise.all(
    Array.from({ length: workers }, (_, index) =>
      onFreePort(async (port) => {
        const node = { port, coordinator: url, isWorker: true };
        started.use(await startNode(programs, join(folder, `worker-${index}`), node));
      }),
    ),
  );
  await untilActive(await openTrino({ url, user: 'tests', catalog: 'system' }), 1 + workers);
  const all = started.move();
  let made = 0;
  return {
    url,
    newCatalog(place) {
      made += 1;
      return createTrinoCatalog({ ...place, url, name: `catalog_${made}` });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

interface NodePlace {
  readonly port: number;
  /** Address of the coordinator. */
  readonly coordinator: string;
  readonly isWorker?: boolean;
}

async function startNode({ home, java }: TrinoPrograms, folder: string, node: NodePlace): Promise<AsyncDisposable> {
  mkdirSync(folder);
  const config = join(folder, 'config.properties');
  writeFileSync(config, buildConfig(node));
  const levels = join(folder, 'log.properties');
  writeFileSync(levels, 'io.trino=WARN\n');
  const url = `http://127.0.0.1:${node.port}`;
  const settings = {
    ...{ config, 'log.levels-file': levels, 'plugin.dir': join(home, 'plugin') },
    ...{ 'node.id': `node-${node.port}`, 'node.environment': 'tests', 'node.data-dir': folder },
    'node.internal-address': '127.0.0.1',
  };
  const list = Object.entries(settings).map(([name, value]) => `-D${name}=${value}`);
  // A heap of the default size would be a quarter of the machine.
  const machine = [
    '-server',
    '-Xmx2G',
    '-XX:+UseG1GC',
    '-XX:ReservedCodeCacheSize=256M',
    '-XX:+ExitOnOutOfMemoryError',
  ];
  const access = ['-Djdk.attach.allowAttachSelf=true', '--enable-native-access=ALL-UNNAMED'];
  const program = ['-cp', join(home, 'lib', '*'), 'io.trino.server.TrinoServer'];
  const child = await startServerChild(
    java,
    [...machine, ...access, ...list, ...program],
    { HOME: folder },
    async () => {
      const info = (await (await fetch(`${url}/v1/info`)).json()) as { starting: boolean };
      return !info.starting;
    },
  );
  return { [Symbol.asyncDispose]: () => child.stop() };
}

function buildConfig({ port, coordinator, isWorker = false }: NodePlace): string {
  const settings = {
    'http-server.http.port': port,
    'discovery.uri': coordinator,
    'catalog.management': 'dynamic',
    'query.max-memory-per-node': '1GB',
    coordinator: !isWorker,
    ...(isWorker ? {} : { 'catalog.store': 'memory', 'node-scheduler.include-coordinator': true }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** A node accepts work some seconds after it answers. */
async function untilActive(trino: TrinoClient, nodes: number): Promise<void> {
  for (;;) {
    for await (const { rows } of trino.query("SELECT count(*) FROM system.runtime.nodes WHERE state = 'active'")) {
      if (Number(rows[0]?.[0]) >= nodes) return;
    }
    await pause(200);
  }
}

import type { Config } from '../platform/config/index.ts';
import { AppError } from '../platform/errors/index.ts';
import type { DistributedEngine, Places } from '../platform/lake/index.ts';
import { findPlaces, hasFiles } from '../platform/lake/index.ts';
import type { Lifetime } from '../platform/lifetime/index.ts';
import { nameObjectsPlace, openRemoteObjects } from '../platform/objects/index.ts';
import type { Store } from '../platform/store/index.ts';
import type { Log } from '../platform/telemetry/index.ts';
import { openTrino, TrinoEngine } from '../platform/trino/index.ts';
import type { Clock } from '../platform/units/index.ts';
import { LAKE_TABLES } from './lake-tables.ts';

/** Name of the Iceberg catalog in the store. */
const CATALOG = 'steelyard';

export interface TrinoDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Trino over the bucket of the lake, with its tables published. Errors: `trino_unreachable`, `trino_refused`, `trino_version_unsupported`,
 * `lake_elsewhere`, those of buckets.
 */
export async function openTrinoEngine(
  { config, clock, log }: TrinoDeps,
  store: Store,
  places: Places,
  lifetime: Lifetime,
): Promise<DistributedEngine> {
  const { lake: setting = '', lakeTrinoUrl: url = '' } = config;
  const address = nameObjectsPlace(setting);
  await assertIsThere(store, places, address);
  const objects = lifetime.use(await openRemoteObjects(setting, { clock }));
  const client = await openTrino({
    ...{ url, user: config.lakeTrinoUser, catalog: config.lakeTrinoCatalog },
    password: config.lakeTrinoPassword ?? null,
    warn: (text) => log.warn(text),
  });
  const stop = new AbortController();
  lifetime.use({ [Symbol.dispose]: () => stop.abort() });
  const warehouse = { catalog: CATALOG, address, objects };
  const engine = new TrinoEngine({ store, warehouse, client, tables: LAKE_TABLES, signal: stop.signal });
  await engine.publishAll();
  return engine;
}

/** Trino reads one place, that of the setting. */
async function assertIsThere(store: Store, places: Places, address: string): Promise<void> {
  const records = await findPlaces(store);
  const current = records.find(({ id }) => id === places.current.id);
  const others = records.filter(({ id }) => id !== places.current.id);
  const isMoving = (await Promise.all(others.map(({ id }) => hasFiles(store, id)))).includes(true);
  if (current?.address === address && !isMoving) return;
  const where = isMoving ? 'a move of the lake is not complete' : `the lake is in ${current?.address}`;
  const detail = `Trino reads a lake in ${address} only, and ${where}. Start with lakeEngine "duckdb", let "steelyard lake move" end, then set "trino" again.`;
  throw new AppError('lake_elsewhere', detail);
}

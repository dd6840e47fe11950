import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createJobs, jobMigrations } from '../jobs/index.ts';
import { type Lake, lakeMigrations, openLake, openPlaces, type Places, type StagedFile } from '../lake/index.ts';
import { type Objects, openObjects } from '../objects/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { createTelemetry } from '../telemetry/index.ts';
import { leavePlaces } from './leave-place.ts';
import { lakeMoveMigrations } from './migrations.ts';
import { reportAccess } from './server-access.ts';
import { createLakeMoveService, type LakeMoveService } from './service.ts';

export const COIN = { name: 'coin', columns: { id: 'INTEGER' } };
export const BUCKET = 's3://lake/one';
const silent = pino({ level: 'silent' });

/** The real clock, and `forward` beyond it. */
export function createTestClock() {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    forward(ms: number) {
      ahead += ms;
    },
  };
}

/** One server of a store, with folders as buckets: the suite of `Objects` holds for both. */
export interface TestServer {
  readonly lake: Lake;
  readonly places: Places;
  readonly moves: LakeMoveService;
  readonly warnings: string[];
  /** Runs the jobs that are due. */
  drain(): Promise<void>;
  leave(): Promise<void>;
  /** Notes whether it can open the target of a move. */
  report(): Promise<void>;
  end(): Promise<void>;
}

export interface TestMoves {
  readonly data: string;
  readonly store: Store;
  readonly clock: ReturnType<typeof createTestClock>;
  /** Parquet files of a place below the data folder: `lake`, or the folder of a bucket. */
  list(folder: string): string[];
  open(
    name: string,
    options?: { setting?: string | null; wrap?: (objects: Objects) => Objects; names?: readonly string[] | null },
  ): Promise<TestServer>;
}

/** `buckets`: data folder of another installation, whose buckets this one sees too. */
export async function createTestMoves(buckets?: string): Promise<TestMoves> {
  const data = mkdtempSync(join(tmpdir(), 'moves-'));
  const store = await openStore({ database: 'sqlite', folder: data });
  await store.migrate({ ...lakeMigrations, ...lakeMoveMigrations, ...jobMigrations });
  onTestFinished(() => store[Symbol.asyncDispose]());
  const clock = createTestClock();
  return {
    ...{ data, store, clock },
    list(folder) {
      const path = join(data, folder, 'coin');
      return existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.parquet')) : [];
    },
    async open(name, { setting = null, wrap = (objects: Objects) => objects, names = null } = {}) {
      const warnings: string[] = [];
      const openBucket = async (address: string) => {
        const folder = encodeURIComponent(address.replace(/\/?([?].*)?$/, ''));
        return wrap(await openObjects(join(buckets ?? data, 'buckets', folder), { shared: true }));
      };
      const cacheFolder = join(data, 'cache', name);
      const root = join(data, 'lake');
      const { places } = await openPlaces({
        ...{ store, setting, openBucket, folder: root, cacheFolder, cacheBytes: 1e9 },
        warn: (text) => warnings.push(text),
      });
      const lake = await openLake({
        ...{ root, moving: { places, roots: [root, cacheFolder] }, readable: [], memory: '256MB', threads: 1 },
        shared: { spill: join(data, 'spill', name) },
      });
      const jobs = createJobs({ store, clock, log: silent, telemetry: createTelemetry() });
      const deps = {
        store,
        lake,
        places,
        clock,
        log: silent,
        servers: names === null ? null : { own: name, list: async () => names },
      };
      const moves = createLakeMoveService({
        ...{ ...deps, jobs, openBucket, leave: () => undefined },
        isReadElsewhere: false,
      });
      let isOpen = true;
      const end = async () => {
        if (!isOpen) return;
        isOpen = false;
        await jobs[Symbol.asyncDispose]();
        await lake[Symbol.asyncDispose]();
      };
      onTestFinished(end);
      const leave = () => leavePlaces(deps, new AbortController().signal);
      return { lake, places, moves, warnings, drain: () => jobs.drain(), leave, report: () => reportAccess(deps), end };
    },
  };
}

/** Folder of a bucket below the data folder. */
export const bucketFolder = (address: string) => join('buckets', encodeURIComponent(address));

export const stage = (lake: Lake, id: number): Promise<StagedFile> =>
  lake.session((session) => session.stage(COIN, 'p', `SELECT ${id} AS id`));

export const swap = (
  { store }: Pick<TestMoves, 'store'>,
  lake: Lake,
  add: readonly StagedFile[],
  removeFiles: readonly string[] = [],
) => store.transaction((sql) => lake.swap(sql, COIN, { remove: [], removeFiles, add }));

export async function addRows(
  moves: Pick<TestMoves, 'store'>,
  lake: Lake,
  ids: readonly number[],
): Promise<StagedFile[]> {
  const files = await Promise.all(ids.map((id) => stage(lake, id)));
  await swap(moves, lake, files);
  return files;
}

export async function sumRows({ store }: Pick<TestMoves, 'store'>, lake: Lake): Promise<unknown> {
  return (await lake.query(`SELECT sum(id)::INTEGER AS sum FROM ${await lake.relation(store, COIN)}`))[0]?.sum;
}

import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Objects } from '../objects/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { type Lake, type LakeTable, lakeMigrations, openLake, type StagedFile } from './index.ts';

/** The lake of a test. */
export interface TestedPlace {
  /** The setting `database` of a fresh store. */
  readonly database: string;
  /** The files of the lake, to look at them and to damage them. Ended with the test. */
  readonly files: Objects;
  /** Folder of these files, where servers read them; null where they are in a bucket. */
  readonly root: string | null;
  /** Several servers may use it. */
  readonly isShared: boolean;
}

export const COIN: LakeTable = { name: 'coin', columns: { id: 'INTEGER', note: 'VARCHAR' } };
const PLENTY = 1_000_000_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** A store and a lake, with the servers that read and write it. */
export class LakeBench {
  readonly place: TestedPlace;
  readonly store: Store;
  readonly #data: string;

  private constructor(place: TestedPlace, store: Store, data: string) {
    this.place = place;
    this.store = store;
    this.#data = data;
  }

  static async open(place: TestedPlace): Promise<LakeBench> {
    onTestFinished(() => place.files[Symbol.asyncDispose]());
    const data = mkdtempSync(join(tmpdir(), 'lake-suite-'));
    const store = await openStore({ database: place.database, folder: data });
    onTestFinished(() => store[Symbol.asyncDispose]());
    await store.migrate(lakeMigrations);
    return new LakeBench(place, store, data);
  }

  /** The lake of a server; one of the same name takes over its copies. `files`: the bucket as this server reaches it. `cache`: its folder of copies. */
  async server(name: string, { cacheBytes = PLENTY, files = this.place.files, cache = '' } = {}): Promise<Lake> {
    const { root, isShared } = this.place;
    const copies = cache === '' ? this.#cacheOf(name) : cache;
    const where = root === null ? { root: copies, bucket: { objects: files, cacheBytes } } : { root };
    const shared = isShared ? { shared: { spill: join(this.#data, 'spill', name) } } : {};
    const lake = await openLake({ ...where, readable: [], memory: '256MB', threads: 1, ...shared });
    onTestFinished(() => lake[Symbol.asyncDispose]());
    return lake;
  }

  #cacheOf(name: string): string {
    return join(this.#data, 'copies', name);
  }

  /** Bytes of the copies that a server has. */
  copiedBytes(name: string): number {
    const folder = this.#cacheOf(name);
    if (!existsSync(folder)) return 0;
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
    return paths.reduce((sum, path) => sum + (statSync(path).isFile() ? statSync(path).size : 0), 0);
  }

  /** As an operator who frees space while the server runs. */
  removeCopies(name: string): void {
    rmSync(this.#cacheOf(name), { recursive: true });
  }

  swap(lake: Lake, add: readonly StagedFile[], remove: readonly string[] = []): Promise<void> {
    return this.store.transaction((sql) => lake.swap(sql, COIN, { remove, add }));
  }

  async sum(lake: Lake): Promise<unknown> {
    return (await lake.query(`SELECT sum(id)::INTEGER AS sum FROM ${await lake.relation(this.store, COIN)}`))[0]?.sum;
  }

  /** One file each, with the rows 1 to `count`. */
  async stageMany(lake: Lake, count: number): Promise<StagedFile[]> {
    const files: StagedFile[] = [];
    for (let id = 1; id <= count; id += 1) files.push(await stage(lake, id));
    await this.swap(lake, files);
    return files;
  }

  async names(): Promise<string[]> {
    return (await this.place.files.list('coin')).map(({ name }) => name);
  }

  async holds({ path }: StagedFile): Promise<boolean> {
    return (await this.place.files.size(path)) !== null;
  }

  /** Sweeps as if this much time had passed. Returns the number of removed files. */
  sweep(lake: Lake, inMs: number): Promise<number> {
    return lake.removeOrphans(this.store, Date.now() + inMs);
  }
}

/** A file with one row, and enough text that files of several rows differ in size from it. */
export function stage(lake: Lake, id: number, partition = 'aws/2026-10'): Promise<StagedFile> {
  return lake.session((session) => session.stage(COIN, partition, `SELECT ${id} AS id, '${randomUUID()}' AS note`));
}

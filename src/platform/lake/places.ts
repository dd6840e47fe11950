import { join } from 'node:path';
import type { AppError } from '../errors/index.ts';
import type { Sql } from '../store/index.ts';
import { createRemovedError } from './engine-failure.ts';
import { readDamage } from './file-checks.ts';
import type { StagedFile } from './lake.ts';
import { findPlacesOfFiles } from './manifest.ts';
import type { LakePlace } from './place.ts';
import { findPlaces, type PlaceRecord } from './place-records.ts';

/** Paths of lake files in a statement, without the folder of their place. */
const FILE_PATH = /[\w-]+\/[0-9a-f-]{36}\.parquet/g;

interface OpenPlace {
  readonly place: LakePlace;
  /** Folder of the engine as a statement writes it, with the `/` at its end. */
  readonly prefix: string;
}

export interface PlacesDeps {
  /** The store; null where there is one place for good. */
  readonly store: Sql | null;
  /** Opens a place of the store. Errors: those of buckets, `lake_elsewhere`. */
  readonly open: (record: PlaceRecord) => Promise<LakePlace>;
}

/**
 * The places that have files of a lake: the current one, to which new files go, and during a move, and for some time after it, another one.
 * The store names the current one; each file names its own.
 */
export class Places implements AsyncDisposable {
  readonly #deps: PlacesDeps;
  readonly #opened = new Map<number, OpenPlace>();
  readonly #opening = new Map<number, Promise<LakePlace>>();
  #current: number;

  private constructor(deps: PlacesDeps, current: number) {
    this.#deps = deps;
    this.#current = current;
  }

  /** `place` is the current one. */
  static start(deps: PlacesDeps, id: number, place: LakePlace): Places {
    const places = new Places(deps, id);
    places.#take(id, place);
    return places;
  }

  /** One place that never changes. */
  static fixed(place: LakePlace): Places {
    const open = () => Promise.reject(new Error('this lake has one place'));
    return Places.start({ store: null, open }, 1, place);
  }

  /** Place for new files. */
  get current(): { readonly id: number; readonly place: LakePlace } {
    return { id: this.#current, place: this.get(this.#current) };
  }

  /** An open place. */
  get(id: number): LakePlace {
    const found = this.#opened.get(id);
    if (found === undefined) throw new Error(`place ${id} of the lake is not open`);
    return found.place;
  }

  /** Opens a place of the store. Errors: those of buckets, `lake_elsewhere`. */
  async use(record: PlaceRecord): Promise<LakePlace> {
    const found = this.#opened.get(record.id);
    if (found !== undefined) return found.place;
    const opening = this.#opening.get(record.id) ?? this.#deps.open(record);
    this.#opening.set(record.id, opening);
    try {
      const place = await opening;
      if (!this.#opened.has(record.id)) this.#take(record.id, place);
      return place;
    } finally {
      this.#opening.delete(record.id);
    }
  }

  /** Opens the place that the store names as the current one, and sends new files there from now on. */
  async follow(): Promise<void> {
    if (this.#deps.store === null) return;
    const records = await findPlaces(this.#deps.store);
    const current = records.find(({ state }) => state === 'current');
    if (current !== undefined && current.id !== this.#current) {
      await this.use(current);
      this.#current = current.id;
    }
  }

  /** Opens the places that have these files. */
  async ensure(sql: Sql, files: readonly StagedFile[]): Promise<void> {
    const missing = new Set(files.flatMap(({ place }) => (this.#opened.has(place) ? [] : [place])));
    if (missing.size === 0) return;
    const records = await findPlaces(sql);
    for (const record of records.filter(({ id }) => missing.has(id))) await this.use(record);
  }

  /** Ends a place that has no files any more. */
  async close(id: number): Promise<void> {
    const closing = this.#opened.get(id);
    this.#opened.delete(id);
    await closing?.place[Symbol.asyncDispose]();
  }

  /** Folders of the files that a statement names, with their paths: each as `pathOf` answers it, once. */
  findPaths(statement: string): string[] {
    const found = new Set<string>();
    for (const { 0: path, index } of statement.matchAll(FILE_PATH)) {
      for (const { place, prefix } of this.#opened.values()) {
        if (statement.startsWith(prefix, index - prefix.length)) found.add(join(place.root, path));
      }
    }
    return [...found];
  }

  pathOf(file: Pick<StagedFile, 'place' | 'path'>): string {
    return this.get(file.place).pathOf(file);
  }

  /** Errors: `lake_file_damaged`, `lake_file_removed`. */
  async assertUsable(files: readonly StagedFile[]): Promise<void> {
    for (const [id, some] of groupByPlace(files)) {
      await this.#unlessMoved(some, () => this.get(id).assertUsable(some));
    }
  }

  /** As `LakePlace.open`, also for files of several places. Errors: `lake_file_damaged`, `lake_file_removed`. */
  async open(files: readonly StagedFile[]): Promise<void> {
    const opened: StagedFile[] = [];
    try {
      for (const [id, some] of groupByPlace(files)) {
        await this.#unlessMoved(some, () => this.get(id).open(some));
        opened.push(...some);
      }
    } catch (error) {
      await this.release(opened);
      throw error;
    }
  }

  async release(files: readonly StagedFile[]): Promise<void> {
    for (const [id, some] of groupByPlace(files)) await this.#opened.get(id)?.place.release(some);
  }

  async explainFailure(files: readonly StagedFile[], cause: unknown): Promise<AppError | null> {
    for (const [id, some] of groupByPlace(files)) {
      const error = await this.get(id).explainFailure(some, cause);
      if (error !== null) return (await this.#haveMoved(some)) ? createRemovedError() : error;
    }
    return null;
  }

  forget({ place, path }: Pick<StagedFile, 'place' | 'path'>): void {
    this.#opened.get(place)?.place.forget(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#opening.values());
    for (const { place } of this.#opened.values()) await place[Symbol.asyncDispose]();
  }

  #take(id: number, place: LakePlace): void {
    const root = join(place.root, '.').replace(/\/$/, '');
    this.#opened.set(id, { place, prefix: `${root.replaceAll("'", "''")}/` });
  }

  /** A file that has left its place with a move is not damaged: the relation of the statement is from before. */
  async #unlessMoved(files: readonly StagedFile[], read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (readDamage(error) !== null && (await this.#haveMoved(files))) throw createRemovedError();
      throw error;
    }
  }

  async #haveMoved(files: readonly StagedFile[]): Promise<boolean> {
    const { store } = this.#deps;
    if (store === null) return false;
    const now = await findPlacesOfFiles(
      store,
      files.map(({ id }) => id),
    );
    return files.some(({ id, place }) => now.get(id)?.has(place) === false);
  }
}

function groupByPlace(files: readonly StagedFile[]): Map<number, StagedFile[]> {
  return Map.groupBy(files, ({ place }) => place);
}

import { randomUUID } from 'node:crypto';
import { AppError } from '../errors/index.ts';
import type { Sql, Store } from '../store/index.ts';
import { type Base, findBase, saveChange, writeChange } from './commit.ts';
import {
  deleteListedFiles,
  findFilesOfGroups,
  findListedFiles,
  type ListedFile,
  type ListedTable,
  saveListedFiles,
} from './listed-store.ts';
import type { FileGroup } from './manifest-file.ts';
import type { ManifestRecord } from './manifest-list.ts';
import { type IcebergFile, type IcebergTable, isInWarehouse, type Warehouse } from './warehouse.ts';

/** Namespace of the tables that list all files: readers choose some by `steelyard_file`. */
export const LISTED_NAMESPACE = 'steelyard_files';

/** Files of one manifest, at most. */
const GROUP_FILES = 2000;
/** Manifests with less than that, at most; one more and they are merged. */
const SMALL_GROUPS = 50;
/** Attempts of a commit. Other servers wait for the lock, so that only a server which has lost it can come in between. */
const ATTEMPTS = 5;

/** State of a table as a commit reads it. */
interface Read {
  readonly base: Base;
  /** Those of the requested files that are listed. */
  readonly listed: readonly ListedFile[];
}

/** Without any file, it may still add columns of the table. */
interface Edit {
  readonly add: readonly IcebergFile[];
  readonly remove: readonly string[];
}

/**
 * Iceberg tables, one for each lake table, that list every file which a statement named: current, staged and superseded ones. Several servers may
 * list files at the same time. Errors: `iceberg_column_changed`, `catalog_changed`, those of `Objects`.
 */
export class ListedFiles {
  readonly #warehouse: Warehouse;
  /** Fingerprints of listed files by id, by table. */
  readonly #known = new Map<string, Map<string, string>>();

  constructor(warehouse: Warehouse) {
    this.#warehouse = warehouse;
  }

  /**
   * Lists those of the files that are not listed, or differently, in one commit. Costs no request when this server knows that all are. Not to be
   * called in a transaction.
   */
  async ensure(store: Store, table: IcebergTable, files: readonly IcebergFile[]): Promise<void> {
    if (this.#findUnknown(table, files).length === 0) return;
    await this.#inTurn(store, table, async () => {
      const unknown = this.#findUnknown(table, files);
      if (unknown.length === 0) return;
      const ids = unknown.map(({ id }) => id);
      await this.#commit(store, table, ids, (listed) => {
        const before = new Map(listed.map((file) => [file.id, toFingerprint(file)]));
        return { add: unknown.filter((file) => before.get(file.id) !== toFingerprint(file)), remove: [] };
      });
      const known = this.#knownOf(table);
      for (const file of unknown) known.set(file.id, toFingerprint(file));
    });
  }

  /** Takes files out, before they are deleted. Unknown ids are ignored. Not to be called in a transaction. */
  async forget(store: Store, table: IcebergTable, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#inTurn(store, table, async () => {
      await this.#commit(store, table, ids, (listed) =>
        listed.length === 0 ? null : { add: [], remove: listed.map(({ id }) => id) },
      );
      for (const id of ids) this.#knownOf(table).delete(id);
    });
  }

  /** Each file once, as it was given last. */
  #findUnknown(table: IcebergTable, files: readonly IcebergFile[]): IcebergFile[] {
    const known = this.#knownOf(table);
    const unknown = files.filter((file) => known.get(file.id) !== toFingerprint(file));
    return [...new Map(unknown.map((file) => [file.id, file])).values()];
  }

  #knownOf({ name }: IcebergTable): Map<string, string> {
    const known = this.#known.get(name) ?? new Map<string, string>();
    this.#known.set(name, known);
    return known;
  }

  #inTurn(store: Store, { name }: IcebergTable, work: () => Promise<void>): Promise<void> {
    return store.exclusively(`Iceberg ${this.#warehouse.catalog} ${LISTED_NAMESPACE}.${name}`, work);
  }

  async #commit(
    store: Store,
    table: IcebergTable,
    ids: readonly string[],
    edit: (listed: readonly ListedFile[]) => Edit | null,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#tryCommit(store, table, ids, edit);
        return;
      } catch (error) {
        const isConflict = error instanceof AppError && error.code === 'catalog_changed';
        if (!isConflict || attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Writes outside of a transaction: the pointer moves only when nothing changed since the read. */
  async #tryCommit(
    store: Store,
    table: IcebergTable,
    ids: readonly string[],
    edit: (listed: readonly ListedFile[]) => Edit | null,
  ): Promise<void> {
    const of = { catalog: this.#warehouse.catalog, table: table.name };
    const { base, listed } = await store.readConsistently((sql) => read(sql, of, ids));
    const change = edit(listed);
    if (change === null) return;
    const { add, remove } = change;
    const replaced = new Set([...add.map(({ id }) => id), ...remove]);
    const touched = new Set(listed.filter(({ id }) => replaced.has(id)).map(({ group }) => group));
    const manifests = base.published?.manifests ?? [];
    const rewritten = this.#chooseGroups(manifests, touched);
    const rest = await findFilesOfGroups(store, of, [...rewritten]);
    const write = toGroups([...rest.filter(({ id }) => !replaced.has(id)), ...add]);
    const keep = manifests.filter(({ group }) => !rewritten.has(group));
    const others = new Set(add.flatMap((file) => file.others));
    const written = await writeChange(this.#warehouse, base, { table, others, snapshotId: null, keep, write });
    if (written === null) return;
    await store.transaction(async (sql) => {
      await saveChange(sql, base, written);
      await deleteListedFiles(sql, of, remove);
      await saveListedFiles(sql, of, write);
    });
  }

  /** Groups to write again: those with changed files, those in another place, and the small ones when they are many. */
  #chooseGroups(manifests: readonly ManifestRecord[], touched: ReadonlySet<string>): Set<string> {
    const small = manifests.filter(({ files }) => files < GROUP_FILES);
    const elsewhere = manifests.filter(({ address }) => !isInWarehouse(this.#warehouse, address));
    const merged = small.length >= SMALL_GROUPS ? small : [];
    return new Set([...touched, ...[...elsewhere, ...merged].map(({ group }) => group)]);
  }
}

async function read(sql: Sql, of: ListedTable, ids: readonly string[]): Promise<Read> {
  const base = await findBase(sql, { ...of, namespace: LISTED_NAMESPACE });
  return { base, listed: await findListedFiles(sql, of, ids) };
}

function toGroups(files: readonly IcebergFile[]): FileGroup[] {
  const groups: FileGroup[] = [];
  for (let at = 0; at < files.length; at += GROUP_FILES)
    groups.push({ name: randomUUID(), files: files.slice(at, at + GROUP_FILES) });
  return groups;
}

function toFingerprint({ id, partition, address, rows, sizeBytes, others }: IcebergFile): string {
  return JSON.stringify([id, partition, address, rows, sizeBytes, others]);
}

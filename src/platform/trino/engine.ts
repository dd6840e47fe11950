import {
  type IcebergFile,
  type IcebergTable,
  ListedFiles,
  publishTable,
  removeOldMetadata,
  type Warehouse,
} from '../iceberg/index.ts';
import {
  type DistributedEngine,
  findManifestFiles,
  type LakeReader,
  type LakeTable,
  lockSequence,
  type RelationNames,
  type StagedFile,
} from '../lake/index.ts';
import type { Sql, Store } from '../store/index.ts';
import type { TrinoClient } from './client.ts';
import { TrinoReader } from './reader.ts';

/** Namespace of the tables for readers outside Steelyard: what the manifests name. */
const PUBLISHED = 'steelyard';

export interface TrinoEngineDeps {
  readonly store: Store;
  readonly warehouse: Warehouse;
  readonly client: TrinoClient;
  /** All tables of the lake. */
  readonly tables: readonly LakeTable[];
  /** Aborted when statements shall end. */
  readonly signal: AbortSignal;
}

/** Trino over Iceberg tables of the lake's files: one namespace for outside readers, one of all files that statements name. */
export class TrinoEngine implements DistributedEngine {
  readonly #deps: TrinoEngineDeps;
  readonly #listed: ListedFiles;

  constructor(deps: TrinoEngineDeps) {
    this.#deps = deps;
    this.#listed = new ListedFiles(deps.warehouse);
  }

  async publish(sql: Sql, table: LakeTable, sequence: number, files: readonly StagedFile[]): Promise<void> {
    const { warehouse } = this.#deps;
    const published = files.map((file) => this.#toIcebergFile(file));
    await publishTable(sql, warehouse, {
      namespace: PUBLISHED,
      table: toIcebergTable(table),
      snapshot: sequence,
      files: published,
    });
  }

  async publishAgain(sql: Sql, name: string): Promise<void> {
    const table = this.#deps.tables.find((known) => known.name === name);
    if (table === undefined) throw new Error(`the table ${name} is not among those that are published`);
    await this.publish(sql, table, await lockSequence(sql, name), await findManifestFiles(sql, name));
  }

  /** Publishes the current files of all tables: another engine may have been set at the last swaps. */
  async publishAll(): Promise<void> {
    for (const { name } of this.#deps.tables) await this.#deps.store.transaction((sql) => this.publishAgain(sql, name));
  }

  async sweep(now: number): Promise<void> {
    await removeOldMetadata(this.#deps.store, this.#deps.warehouse, now);
  }

  open({ names, local }: { readonly names: RelationNames; readonly local: LakeReader }): LakeReader {
    const { client, signal } = this.#deps;
    return new TrinoReader({ names, local, client, signal, list: (table, files) => this.#list(table, files) });
  }

  #list(table: LakeTable, files: readonly StagedFile[]): Promise<void> {
    const listed = files.map((file) => this.#toIcebergFile(file));
    return this.#listed.ensure(this.#deps.store, toIcebergTable(table), listed);
  }

  #toIcebergFile({ id, partition, path, rows, sizeBytes, others }: StagedFile): IcebergFile {
    return { id, partition, address: `${this.#deps.warehouse.address}/${path}`, rows, sizeBytes, others };
  }
}

function toIcebergTable({ name, columns, others }: LakeTable): IcebergTable {
  return { name, columns, ...(others === undefined ? {} : { others }), hasPositions: true };
}

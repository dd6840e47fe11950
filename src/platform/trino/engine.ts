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
  type LakeReader,
  type LakeTable,
  publishAgain,
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

  /** Publishes what the manifests of these tables name now: they may have changed while another engine was set. */
  async publishAll(tables: readonly LakeTable[]): Promise<void> {
    for (const table of tables) await this.#deps.store.transaction((sql) => publishAgain(sql, this, table));
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

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { openObjects } from '../objects/index.ts';
import { openStore, type Sql, type Store } from '../store/index.ts';
import { type AvroFile, decodeAvroFile } from './avro-file.ts';
import { findPointer } from './catalog.ts';
import type { IcebergField } from './column-type.ts';
import { type IcebergFile, type IcebergTable, icebergMigrations, publishTable, type Warehouse } from './index.ts';

/** Parts of table metadata that tests look at. */
interface TableMetadata {
  readonly 'current-schema-id': number;
  readonly 'last-column-id': number;
  readonly 'last-sequence-number': number;
  readonly 'current-snapshot-id': number;
  readonly location: string;
  readonly schemas: readonly { readonly fields: readonly IcebergField[] }[];
  readonly snapshots: readonly { readonly 'manifest-list': string; readonly summary: Record<string, string> }[];
  readonly properties: Readonly<Record<string, string>>;
}

interface ManifestEntry {
  readonly data_file: {
    readonly file_path: string;
    readonly record_count: number;
    readonly partition: Readonly<Record<string, string>>;
  };
}

export const COINS: IcebergTable = {
  name: 'coins',
  columns: { amount: 'DECIMAL(38,21)', tags: 'FLOAT[]', x_All: 'MAP(VARCHAR, VARCHAR)' },
  others: 'x_All',
  hasPositions: true,
};

export function newFile(id: string, partition: string, given: Partial<IcebergFile> = {}): IcebergFile {
  return { id, partition, address: `s3://lake/coins/${id}.parquet`, rows: 1, sizeBytes: 100, others: [], ...given };
}

/** A store and a warehouse in a folder, and what a reader finds there. */
export class IcebergBench {
  readonly store: Store;
  readonly warehouse: Warehouse;

  private constructor(store: Store, warehouse: Warehouse) {
    this.store = store;
    this.warehouse = warehouse;
  }

  static async open(): Promise<IcebergBench> {
    const folder = mkdtempSync(join(tmpdir(), 'iceberg-'));
    const store = await openStore({ database: 'sqlite', folder });
    const objects = await openObjects(join(folder, 'warehouse'));
    onTestFinished(async () => {
      await objects[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    });
    await store.migrate(icebergMigrations);
    return new IcebergBench(store, { catalog: 'steelyard', address: 's3://lake/team', objects });
  }

  publish(snapshot: number, files: readonly IcebergFile[], table: IcebergTable = COINS): Promise<void> {
    return this.store.transaction((sql) => this.publishIn(sql, snapshot, files, table));
  }

  publishIn(sql: Sql, snapshot: number, files: readonly IcebergFile[], table: IcebergTable = COINS): Promise<void> {
    return publishTable(sql, this.warehouse, { namespace: 'steelyard', table, snapshot, files });
  }

  pointer(namespace = 'steelyard'): Promise<string | null> {
    return findPointer(this.store, { catalog: 'steelyard', namespace, table: 'coins' });
  }

  async metadata(namespace = 'steelyard'): Promise<TableMetadata> {
    const pointer = await this.pointer(namespace);
    return (await json((await this.#open(pointer ?? '')).content)) as TableMetadata;
  }

  /** Ids of the fields of the current schema, by name. */
  async fieldIds(): Promise<Record<string, number>> {
    const { schemas } = await this.metadata();
    return Object.fromEntries((schemas[0]?.fields ?? []).map(({ id, name }) => [name, id]));
  }

  /** Addresses of the manifests of the current snapshot. */
  async manifests(namespace = 'steelyard'): Promise<string[]> {
    const [snapshot] = (await this.metadata(namespace)).snapshots;
    const { records } = await this.read(snapshot?.['manifest-list'] ?? '');
    return (records as { manifest_path: string }[]).map(({ manifest_path: path }) => path);
  }

  /** Files that a reader of the current snapshot finds, sorted by address. */
  async entries(namespace = 'steelyard'): Promise<ManifestEntry['data_file'][]> {
    const manifests = await Promise.all((await this.manifests(namespace)).map((address) => this.read(address)));
    return manifests
      .flatMap(({ records }) => (records as ManifestEntry[]).map(({ data_file: file }) => file))
      .sort((one, other) => (one.file_path < other.file_path ? -1 : 1));
  }

  async read(address: string): Promise<AvroFile> {
    return decodeAvroFile(await buffer((await this.#open(address)).content));
  }

  /** Names of the metadata objects of a table. */
  async names(namespace = 'steelyard'): Promise<string[]> {
    return (await this.warehouse.objects.list(`metadata/${namespace}/coins`)).map(({ name }) => name);
  }

  #open(address: string): ReturnType<Warehouse['objects']['open']> {
    return this.warehouse.objects.open(address.slice(this.warehouse.address.length + 1));
  }
}

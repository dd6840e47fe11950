import type { Objects } from '../objects/index.ts';

/** Where Iceberg tables are published. */
export interface Warehouse {
  /** Name of the catalog: `steelyard`. */
  readonly catalog: string;
  /** Full address of the place, without a slash at its end: `s3://bucket/prefix`. */
  readonly address: string;
  /** Objects of this place; their keys are relative to `address`. */
  readonly objects: Objects;
}

/** Name of a table in a catalog. */
export interface TableName {
  readonly catalog: string;
  readonly namespace: string;
  readonly table: string;
}

/** A lake table as Iceberg shows it. */
export interface IcebergTable {
  readonly name: string;
  /** Columns with their DuckDB types. */
  readonly columns: Readonly<Record<string, string>>;
  /** Column that shows the other columns (`x_NAME`) of files as one map. No file has it, so it is not published. */
  readonly others?: string;
  /** Files have a BIGINT column `steelyard_row`. */
  readonly hasPositions: boolean;
}

/** A Parquet file of a lake table. */
export interface IcebergFile {
  readonly id: string;
  /** Partition of the lake. */
  readonly partition: string;
  /** Full address of the object: `s3://bucket/prefix/table/id.parquet`. */
  readonly address: string;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Its text columns in addition to those of the table. */
  readonly others: readonly string[];
}

/** Key of the folder of a table's metadata. */
export function buildMetadataKey({ namespace, table }: Pick<TableName, 'namespace' | 'table'>): string {
  return `${METADATA_FOLDER}/${namespace}/${table}`;
}

const METADATA_FOLDER = 'metadata';

/** Whether the object of an address is in the place of a warehouse. */
export function isInWarehouse(warehouse: Pick<Warehouse, 'address'>, address: string): boolean {
  return address.startsWith(`${warehouse.address}/`);
}

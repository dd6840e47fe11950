export { buildCsvLineSql, buildPlainDecimalSql } from './csv-line.ts';
export { type DistributedEngine, POSITION } from './distributed.ts';
export { openLake } from './duckdb.ts';
export { EXACT_DECIMALS, EXACT_TYPE, EXACT_UNIT } from './exact.ts';
export type { ExportFormat } from './export-file.ts';
export { parsePartitionTime, readDamage } from './file-checks.ts';
export { assertClaimable } from './installation.ts';
export type {
  DayRange,
  Lake,
  LakeParameter,
  LakeReader,
  LakeRow,
  LakeSession,
  LakeTable,
  Rebuilder,
  StagedFile,
} from './lake.ts';
export { READ_MS, removeLeftovers, STAGING_MS } from './leftovers.ts';
export { findFilesOfPlace, findKnownPaths, findManifestFiles, lockSequence } from './manifest.ts';
export { lakeMigrations } from './migrations.ts';
export type { NamedFiles, RelationNames } from './named-files.ts';
export { openPlaces } from './open-places.ts';
export { buildParquetOptions } from './parquet-options.ts';
export type { LakePlace } from './place.ts';
export {
  addPlace,
  buildFullAddress,
  findPlaces,
  hasFiles,
  IN_DATA_FOLDER,
  type PlaceRecord,
  splitAddress,
  updatePlace,
} from './place-records.ts';
export type { Places } from './places.ts';
export { quoteIdentifier, quoteLiteral } from './quote.ts';

export { buildCsvLineSql, buildPlainDecimalSql } from './csv-line.ts';
export { type LakeDeps, openLake } from './duckdb.ts';
export { EXACT_DECIMALS, EXACT_TYPE, EXACT_UNIT } from './exact.ts';
export type { ExportFormat } from './export-file.ts';
export { parsePartitionTime } from './file-checks.ts';
export type { DayRange, Lake, LakeRow, LakeSession, LakeTable, Rebuilder, StagedFile } from './lake.ts';
export { lakeMigrations } from './migrations.ts';
export { buildParquetOptions } from './parquet-options.ts';
export { quoteIdentifier, quoteLiteral } from './quote.ts';

export { LISTED_NAMESPACE, ListedFiles } from './listed-files.ts';
export { icebergMigrations } from './migrations.ts';
export { publishTable } from './publish.ts';
export { removeOldMetadata } from './sweep.ts';
export type { IcebergFile, IcebergTable, Warehouse } from './warehouse.ts';

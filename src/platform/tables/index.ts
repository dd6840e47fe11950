export { detectFormat, type FileFormat, type TableFile, toUnreadable } from './file-format.ts';
export { isWholeParquet, readBytesAt, refuseOtherFormats } from './first-bytes.ts';
export { readParquetRows } from './parquet-rows.ts';

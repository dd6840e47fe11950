/** A third of DuckDB's default: rows in decimals of 128 bits would else strain the memory limit while they wait. */
const ROW_GROUP_ROWS = 40_960;
/** Vector size of the engine, and its smallest row group. */
const VECTOR_ROWS = 2048;
/** DuckDB's default. It reserves this much for each text column, used or not. */
const DICTIONARY_BYTES = 1024 * 1024;
/** Tables up to that wide are written so; in wider ones each column gets less, so that the whole takes no more. */
const USUAL_COLUMNS = 100;

/** Options of COPY for a table with this many columns: memory does not grow with their number. */
export function buildParquetOptions(columns: number): string {
  const share = Math.min(1, USUAL_COLUMNS / columns);
  const groupRows = Math.max(1, Math.floor((ROW_GROUP_ROWS * share) / VECTOR_ROWS)) * VECTOR_ROWS;
  const dictionaryBytes = Math.floor(DICTIONARY_BYTES * share);
  return `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${groupRows}, STRING_DICTIONARY_PAGE_SIZE_LIMIT ${dictionaryBytes}`;
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lake, type LakeRow, openLake } from '../../../platform/lake/index.ts';
import { buildCanonicalSelect } from '../intake/canonical.ts';
import { inspectFile } from '../intake/inspect-file.ts';
import { prepareReadableFile } from '../intake/readable-file.ts';
import type { FocusColumn } from './focus-columns.ts';
import type { BillDataset, FormatMapping } from './format.ts';
import { splitRows } from './split-rows.ts';

/** Reads bill files like the product, up to the canonical rows, and returns these. */
export interface BillReader extends AsyncDisposable {
  /** Rows of a file with this content, each column as text; tags as JSON. Includes rows that an import would reject. */
  rows(content: string | Uint8Array, options?: ReadOptions): Promise<ReadRow[]>;
  mapping(content: string | Uint8Array, options?: ReadOptions): Promise<FormatMapping>;
  /** `aggregates` over the canonical rows, e.g. `sum(BilledCost)::VARCHAR AS billed`. */
  summary(content: string | Uint8Array, aggregates: string, options?: ReadOptions): Promise<LakeRow[]>;
  /** Exact sum of the expression mapped to a FOCUS column, before the rounding to the decimals of a canonical row. */
  exactSum(path: string, column: FocusColumn): Promise<string>;
  /** Path of a Parquet file of a SELECT. */
  parquet(select: string): Promise<string>;
}

/** A record of a CSV file by column name; an omitted column is empty. */
export type FileRecord = Readonly<Record<string, string>>;
export type ReadRow = Readonly<Record<string, string | null>>;

interface ReadOptions {
  readonly dataset?: BillDataset | null;
  /** A file on the disk instead of content. */
  readonly path?: string;
}

export async function openBillReader(): Promise<BillReader> {
  const folder = mkdtempSync(join(tmpdir(), 'formats-'));
  const lake = await openLake({
    root: join(folder, 'lake'),
    readable: [tmpdir(), ...sharedFolders],
    memory: '512MB',
    threads: 1,
  });
  let count = 0;
  const placed = (content: string | Uint8Array, options: ReadOptions) => {
    if (options.path !== undefined) return options.path;
    count += 1;
    const path = join(folder, `bill-${count}`);
    writeFileSync(path, content);
    return path;
  };
  const reading = <T>(content: string | Uint8Array, options: ReadOptions, work: (read: OpenedFile) => Promise<T>) =>
    withRead(lake, placed(content, options), options.dataset ?? null, work);
  return {
    mapping: (content, options = {}) => reading(content, options, async ({ mapping }) => mapping),
    rows: (content, options = {}) =>
      reading(content, options, async ({ query, relation }) => {
        const rows = await query(
          `SELECT COLUMNS(* EXCLUDE Tags)::VARCHAR, to_json(Tags)::VARCHAR AS Tags FROM (${relation})`,
        );
        return rows as ReadRow[];
      }),
    summary: (content, aggregates, options = {}) =>
      reading(content, options, ({ query, relation }) => query(`SELECT ${aggregates} FROM (${relation})`)),
    exactSum: (path, column) =>
      reading('', { path }, async ({ mapping, source, query }) => {
        const sql = mapping.columns.get(column)?.sql ?? 'NULL';
        const [row] = await query(`SELECT sum((${sql})::DECIMAL(38,24))::VARCHAR AS total FROM ${source}`);
        return String(row?.total).replace(/\.?0+$/, '');
      }),
    async parquet(select) {
      count += 1;
      const path = join(folder, `bill-${count}.parquet`);
      await lake.session((session) => session.query(`COPY (${select}) TO '${path}' (FORMAT parquet)`));
      return path;
    },
    [Symbol.asyncDispose]: () => lake[Symbol.asyncDispose](),
  };
}

interface OpenedFile {
  readonly mapping: FormatMapping;
  /** The raw relation of the file, before the mapping. */
  readonly source: string;
  readonly relation: string;
  query(sql: string): Promise<LakeRow[]>;
}

async function withRead<T>(
  lake: Lake,
  path: string,
  dataset: BillDataset | null,
  work: (read: OpenedFile) => Promise<T>,
): Promise<T> {
  const format = await inspectFile(path, 'bill.csv');
  return lake.session(async (session) => {
    const declared = { dates: null, numbers: null };
    const file = { path, name: 'bill.csv', dataset, period: null, declared };
    const { source, mapping } = await prepareReadableFile(session, file, format);
    const { select } = buildCanonicalSelect(source, mapping, { delivery: 'd', source: 's', file: 'bill.csv' });
    const columns = async () => (await session.query(`DESCRIBE ${select}`)).map((row) => String(row.column_name));
    const relation = mapping.split === undefined ? select : splitRows(`(${select})`, mapping.split, await columns());
    return work({ mapping, source: source.relation, relation, query: (sql) => session.query(sql) });
  });
}

const sharedFolders = [join(import.meta.dirname, '../../../../../shared')];

/** CSV of records that have only the named columns; all others are empty. */
export function buildCsv(records: readonly FileRecord[]): string {
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  const lines = records.map((record) => names.map((name) => quoted(record[name] ?? '')).join(','));
  return `${[names.map(quoted).join(','), ...lines].join('\n')}\n`;
}

/** A row with trailing zeros removed from its decimals: `0.50000000000000000000` -> `0.5`. */
export function trimDecimals(row: ReadRow): ReadRow {
  const short = (value: string | null) =>
    value !== null && /^-?\d+\.\d{20,}$/.test(value) ? value.replace(/\.?0+$/, '') : value;
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, short(value)]));
}

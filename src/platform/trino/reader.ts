import type { Readable } from 'node:stream';
import type {
  ExportFormat,
  LakeParameter,
  LakeReader,
  LakeRow,
  LakeTable,
  NamedFiles,
  RelationNames,
  StagedFile,
} from '../lake/index.ts';
import type { TrinoClient } from './client.ts';
import { scanForTrino } from './scan.ts';
import { isUntranslatable } from './tokens.ts';
import { translateToTrino } from './translate.ts';
import { createRowConverter } from './values.ts';

export interface TrinoReaderDeps {
  readonly names: RelationNames;
  /** DuckDB, for files that Trino cannot read. */
  readonly local: LakeReader;
  readonly client: TrinoClient;
  readonly signal: AbortSignal;
  /** Makes files readable for Trino. */
  readonly list: (table: LakeTable, files: readonly StagedFile[]) => Promise<void>;
}

/** Runs statements on Trino; rows are those of DuckDB. Errors, in addition to those of the lake: `trino_unreachable`, `trino_refused`, `trino_failed`. */
export class TrinoReader implements LakeReader {
  readonly #deps: TrinoReaderDeps;

  constructor(deps: TrinoReaderDeps) {
    this.#deps = deps;
  }

  async query(sql: string, parameters: readonly LakeParameter[] = []): Promise<LakeRow[]> {
    const rows: LakeRow[] = [];
    for await (const page of this.stream(sql, parameters)) rows.push(...page);
    return rows;
  }

  queryKept(sql: string): Promise<readonly Readonly<LakeRow>[]> {
    return this.derive('rows', [sql], () => this.query(sql));
  }

  /** Keeps values where the lake keeps its own, after its checks of the files. */
  derive<T>(name: string, statements: readonly string[], compute: () => Promise<T>): Promise<T> {
    return this.#deps.local.derive(name, statements, compute);
  }

  async *stream(sql: string, parameters: readonly LakeParameter[] = []): AsyncIterable<LakeRow[]> {
    const { names, local, client, signal, list } = this.#deps;
    const named = names.findAll(sql);
    const statement = named.length === 0 || named.some(needsDuckDb) ? null : this.#translate(sql, parameters);
    if (statement === null) {
      yield* local.stream(sql, parameters);
      return;
    }
    // Damaged files are refused as for DuckDB.
    await local.derive('checked', [sql], async () => true);
    for (const { table, files } of named) await list(table, files);
    for await (const { columns, rows } of client.query(statement, { signal })) {
      const convert = createRowConverter(columns);
      if (rows.length > 0) yield rows.map(convert);
    }
  }

  /** null for a statement that only DuckDB can run. */
  #translate(sql: string, parameters: readonly LakeParameter[]): string | null {
    const { names } = this.#deps;
    try {
      return translateToTrino(sql, parameters, (values) => scanForTrino(names.find(values)));
    } catch (error) {
      if (isUntranslatable(error)) return null;
      throw error;
    }
  }

  exported(select: string, format: ExportFormat): Promise<Readable> {
    return this.#deps.local.exported(select, format);
  }
}

/** Files of before the setting "lakeEngine" was `trino` do not have the positions of their rows. */
function needsDuckDb({ files, options }: NamedFiles): boolean {
  return options.rowIds && files.some(({ hasPositions }) => !hasPositions);
}

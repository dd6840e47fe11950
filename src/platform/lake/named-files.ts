import { createRemovedError } from './engine-failure.ts';
import type { LakeTable, StagedFile } from './lake.ts';
import { quoteLiteral } from './quote.ts';
import type { ScanOptions } from './scan.ts';

/** A FROM item of a statement that reads files of one table. */
export interface NamedFiles {
  readonly table: LakeTable;
  readonly files: readonly StagedFile[];
  readonly options: ScanOptions;
}

const ITEM = /lake_files\('([^']*)', (true|false), '([^']*)', '((?:[^']|'')*)'\)/g;

/**
 * Writes relations as text that each engine replaces by its own: `lake_files('table', row ids, 'ids of files', 'other columns')`, and finds the files again.
 * Used where more than one engine may run a statement.
 */
export class RelationNames {
  readonly #tables = new Map<string, LakeTable>();
  readonly #files = new Map<string, StagedFile>();

  name({ table, files, options }: NamedFiles): string {
    this.#tables.set(table.name, table);
    for (const file of files) this.#files.set(file.id, file);
    const ids = files.map(({ id }) => id).join(',');
    const others = quoteLiteral(JSON.stringify(options.others));
    return `lake_files('${table.name}', ${options.rowIds}, '${ids}', ${others})`;
  }

  /** By the values of its arguments. Error: `lake_file_removed`. */
  find([name = '', rowIds, ids = '', others = '[]']: readonly string[]): NamedFiles {
    const table = this.#tables.get(name);
    if (table === undefined) throw new Error(`no relation of table ${name} was made`);
    const files = ids === '' ? [] : ids.split(',').map((id) => this.#get(id));
    return { table, files, options: { rowIds: rowIds === 'true', others: JSON.parse(others) as string[] } };
  }

  findAll(sql: string): NamedFiles[] {
    return [...sql.matchAll(ITEM)].map((found) => this.find(readValues(found)));
  }

  replace(sql: string, write: (named: NamedFiles) => string): string {
    return sql.replaceAll(ITEM, (...found) => write(this.find(readValues(found as string[]))));
  }

  /** The file has other facts from now on, or is gone. */
  forget(id: string): void {
    this.#files.delete(id);
  }

  #get(id: string): StagedFile {
    const file = this.#files.get(id);
    if (file === undefined) throw createRemovedError();
    return file;
  }
}

function readValues([, table = '', rowIds = '', ids = '', others = '']: readonly string[]): string[] {
  return [table, rowIds, ids, others.replaceAll("''", "'")];
}

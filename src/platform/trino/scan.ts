import { LISTED_NAMESPACE } from '../iceberg/index.ts';
import { type NamedFiles, POSITION, quoteIdentifier, quoteLiteral } from '../lake/index.ts';
import { translateType } from './types.ts';

const NO_OTHERS = 'CAST(NULL AS map(varchar, varchar))';
const PREFIX = 'x_';

/** A FROM item over files of one table, as `lake/scan.ts` writes it for DuckDB: the same columns under the same names. */
export function scanForTrino({ table, files, options }: NamedFiles): string {
  const held = dropDuplicates(files.flatMap(({ others }) => others));
  const lacking = dropDuplicates([...held, ...options.others]).slice(held.length);
  const isEmpty = files.length === 0;
  const known = Object.entries(table.columns).filter(([name]) => name !== table.others);
  const named = (sql: string, name: string) => `${sql} AS ${quoteIdentifier(name)}`;
  const columns = [
    ...known.map(([name, type]) =>
      named(isEmpty ? `CAST(NULL AS ${translateType(type)})` : quoteIdentifier(name), name),
    ),
    ...held.map((name) => named(quoteIdentifier(name), name)),
    ...lacking.map((name) => named('CAST(NULL AS varchar)', name)),
    ...(table.others === undefined ? [] : [named(buildMapSql(files), table.others)]),
    // A table with a column of this name means its own.
    ...(options.rowIds
      ? listRowIds(isEmpty)
          .filter(({ name }) => !(name in table.columns))
          .map(({ sql, name }) => named(sql, name))
      : []),
  ];
  if (isEmpty) return `(SELECT ${columns.join(', ')} WHERE false)`;
  const ids = files.map(({ id }) => quoteLiteral(id)).join(', ');
  const from = `${LISTED_NAMESPACE}.${quoteIdentifier(table.name)}`;
  return `(SELECT ${columns.join(', ')} FROM ${from} WHERE steelyard_file IN (${ids}))`;
}

function listRowIds(isEmpty: boolean): { readonly sql: string; readonly name: string }[] {
  return [
    { sql: isEmpty ? 'CAST(NULL AS varchar)' : 'steelyard_file', name: 'lake_file' },
    { sql: isEmpty ? 'CAST(NULL AS bigint)' : POSITION, name: 'file_row_number' },
  ];
}

/** Trino's names do not differ in case only. */
function dropDuplicates(names: readonly string[]): string[] {
  const kept = new Map<string, string>();
  for (const name of names) if (!kept.has(name.toLowerCase())) kept.set(name.toLowerCase(), name);
  return [...kept.values()];
}

/** Each file has the keys that it holds, as with DuckDB. */
function buildMapSql(files: NamedFiles['files']): string {
  const groups = [...Map.groupBy(files, ({ others }) => JSON.stringify(others)).values()];
  const [first] = groups;
  if (first === undefined) return NO_OTHERS;
  if (groups.length === 1) return mapOf(first[0]?.others ?? []);
  const cases = groups.map((group) => {
    const ids = group.map(({ id }) => quoteLiteral(id)).join(', ');
    return `WHEN steelyard_file IN (${ids}) THEN ${mapOf(group[0]?.others ?? [])}`;
  });
  return `CASE ${cases.join(' ')} END`;
}

function mapOf(others: readonly string[]): string {
  if (others.length === 0) return NO_OTHERS;
  const keys = others.map((name) => quoteLiteral(name.slice(PREFIX.length)));
  return `MAP(ARRAY[${keys.join(', ')}], ARRAY[${others.map(quoteIdentifier).join(', ')}])`;
}

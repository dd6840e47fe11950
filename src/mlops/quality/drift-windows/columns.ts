import type { LakeSession } from '../../../platform/lake/index.ts';
import { quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { ColumnKind, Table, TableColumn } from '../../drift/index.ts';

/** Inputs beyond these are compared only when they are named. */
const MOST_COLUMNS = 500;

/** Names of all columns of prediction rows (`inputs`, `output`) without labels: every input, and the output. */
export async function listOwnColumns(session: LakeSession, rows: string): Promise<string[]> {
  const names = await session.query(
    `SELECT DISTINCT unnest(json_keys(inputs)) AS name FROM ${rows} ORDER BY name LIMIT ${MOST_COLUMNS}`,
  );
  return [...names.map(({ name }) => `inputs.${String(name)}`).filter((name) => !name.includes('"')), 'output'];
}

interface ColumnsQuestion {
  readonly rows: string;
  readonly columns: readonly string[];
  readonly alias: string;
  /** SQL over the rows: which period each is of; it becomes the column `period`, which is not one of the table's columns. */
  readonly period?: string;
}

/**
 * Columns of predictions as a table for comparison: each is a field of `inputs`, `output` or `label`, as numbers or texts
 * according to its values. Created once in the session; the rows never leave the engine.
 */
export async function createColumnsTable(
  session: LakeSession,
  { rows, columns, alias, period }: ColumnsQuestion,
): Promise<Table> {
  const [fields, typed] = [quoteIdentifier(`fields_${alias}`), quoteIdentifier(`columns_${alias}`)];
  const [periods, kept] = period === undefined ? [[], []] : [[`${period} AS period`], ['period']];
  const selected = [...columns.map((column, at) => `${buildFieldSql(column)} AS c${at}`), ...periods];
  await session.query(`CREATE OR REPLACE TEMP TABLE ${fields} AS SELECT ${selected.join(', ')} FROM ${rows}`);
  const [facts] = await session.query(
    `SELECT ${['count(*)::DOUBLE AS rows', ...columns.map(buildFactsSql)].join(', ')} FROM ${fields}`,
  );
  const kinds = columns.map((name, at) =>
    toTableColumn(name, Number(facts?.[`known${at}`]), String(facts?.[`kinds${at}`])),
  );
  const values = kinds.map((column, at) => `${buildTypedValue(column, `c${at}`)} AS ${quoteIdentifier(column.name)}`);
  await session.query(
    `CREATE OR REPLACE TEMP TABLE ${typed} AS SELECT ${[...values, ...kept].join(', ')} FROM ${fields}`,
  );
  await session.query(`DROP TABLE ${fields}`);
  return { name: alias, relation: typed, rows: Number(facts?.rows ?? 0), columns: kinds };
}

/** JSON at `inputs.NAME`, `output.a.b`, …; a name with dots is looked for as one name first. */
function buildFieldSql(column: string): string {
  const [root = '', ...names] = column.split('.');
  if (names.length === 0) return root;
  const at = (steps: readonly string[]) =>
    `json_extract(${root}, ${quoteLiteral(`$${steps.map((step) => `."${step}"`).join('')}`)})`;
  return names.length === 1 ? at(names) : `coalesce(${at([names.join('.')])}, ${at(names)})`;
}

/** Number of rows with a value, and their kinds of JSON: `i`nteger, `n`umber, `t`ext, `o`ther. */
function buildFactsSql(_column: string, at: number): string {
  const kind = `CASE json_type(c${at}) WHEN 'BIGINT' THEN 'i' WHEN 'UBIGINT' THEN 'i' WHEN 'DOUBLE' THEN 'n'
    WHEN 'VARCHAR' THEN 't' WHEN 'BOOLEAN' THEN 't' WHEN 'NULL' THEN NULL ELSE CASE WHEN c${at} IS NULL THEN NULL ELSE 'o' END END`;
  return `count(${kind})::DOUBLE AS known${at}, coalesce(string_agg(DISTINCT ${kind}, '' ORDER BY ${kind}), '') AS kinds${at}`;
}

const KINDS: Readonly<Record<string, readonly [kind: ColumnKind, type: string]>> = {
  '': ['text', 'nothing'],
  i: ['integer', 'whole numbers'],
  n: ['number', 'numbers'],
  in: ['number', 'numbers'],
  t: ['text', 'texts'],
};

function toTableColumn(name: string, known: number, kinds: string): TableColumn {
  const mixed: readonly [ColumnKind, string] = kinds.includes('o')
    ? ['other', 'lists or structures']
    : ['text', 'texts and numbers'];
  const [kind, type] = KINDS[kinds] ?? mixed;
  return { name, kind, type, blank: known === 0 };
}

function buildTypedValue({ kind }: TableColumn, field: string): string {
  const text = `json_extract_string(${field}, '$')`;
  if (kind === 'integer' || kind === 'number') return `TRY_CAST(${text} AS DOUBLE)`;
  if (kind === 'text') return text;
  // Not compared, but whether there is one is.
  return `CASE WHEN coalesce(json_type(${field}), 'NULL') <> 'NULL' THEN 'some' END`;
}

import {
  EXACT_TYPE,
  type LakeRow,
  type LakeSession,
  quoteIdentifier,
  quoteLiteral,
} from '../../../platform/lake/index.ts';
import { type FocusColumn, focusColumnNames, focusColumns, toCamelCase } from '../formats/focus-columns.ts';

/**
 * Matches rows of two deliveries. Rows have no ids that persist from one delivery to the next, and equal rows are legal, so
 * rows are matched by content, as multisets:
 *
 * 1. Rows that are equal in every field cancel, one for one.
 * 2. The remaining rows pair where their identity is equal, in order of their amounts. The first pass includes
 *    description, price and tags in the identity. The second pass omits them, to pair rows in which they changed.
 * 3. A pair is a changed row, compared field by field. A row without a pair is added or removed.
 *
 * The result does not depend on the order of rows in files, and swapping the two deliveries mirrors the result.
 */
const IDENTITY: readonly FocusColumn[] = [
  'ChargePeriodStart',
  'ChargePeriodEnd',
  'BillingAccountId',
  'SubAccountId',
  'ServiceProviderName',
  'ServiceName',
  'ResourceId',
  'RegionId',
  'SkuId',
  'SkuMeter',
  'ChargeCategory',
  'ChargeClass',
  'CommitmentDiscountStatus',
];
const FINER_IDENTITY: readonly FocusColumn[] = [
  'SkuPriceId',
  'ChargeDescription',
  'PricingCategory',
  'BillingCurrency',
];

const plainColumns = focusColumnNames.filter((name) => focusColumns[name] !== 'tags');

/** Entries of a map in sorted order; a key without a value is ignored. */
function buildEntriesSql(map: string): string {
  return `list_sort(list_filter(map_entries(coalesce(${map}, MAP {})), lambda entry: entry.value IS NOT NULL))`;
}

const contentColumns = [...plainColumns.map(quoteIdentifier), buildEntriesSql('Tags'), buildEntriesSql('"x_Columns"')];

/** Two 64-bit hashes over every field, because a single hash could match different rows by collision. */
const CONTENT = [
  `hash(${contentColumns.join(', ')}) AS content`,
  `hash('other', ${contentColumns.toReversed().join(', ')}) AS content_too`,
];

export interface DiffCounts {
  readonly unchanged: number;
  readonly added: number;
  readonly removed: number;
  readonly changedRows: number;
  readonly changedFields: number;
}

/** Matches the rows of two relations with row ids, in temporary tables of the session that later queries read. */
export async function matchRows(session: LakeSession, a: string, b: string): Promise<void> {
  const side = (relation: string, isB: boolean) => `SELECT ${isB} AS is_b, lake_file, file_row_number,
    ${CONTENT.join(', ')}, hash(${IDENTITY.join(', ')}) AS identity,
    hash(${[...IDENTITY, ...FINER_IDENTITY, buildEntriesSql('Tags')].join(', ')}) AS finer_identity,
    BilledCost, EffectiveCost, ConsumedQuantity FROM ${relation}`;
  await session.query(`CREATE TEMP TABLE entry AS ${side(a, false)} UNION ALL ${side(b, true)}`);
  // Of equal rows, a side keeps as many as it has more than the other side.
  await session.query(`CREATE TEMP TABLE rest AS
    WITH uneven AS (SELECT content, content_too, count(*) FILTER (is_b) AS in_b, count(*) FILTER (NOT is_b) AS in_a
      FROM entry GROUP BY ALL HAVING in_a <> in_b),
    counted AS (SELECT entry.*, least(in_a, in_b) AS equal,
        row_number() OVER (PARTITION BY is_b, content, content_too ORDER BY lake_file, file_row_number) AS nth
      FROM entry JOIN uneven USING (content, content_too))
    SELECT * EXCLUDE (equal, nth) FROM counted WHERE nth > equal`);
  await session.query(`CREATE TEMP TABLE counted AS SELECT (SELECT count(*) FROM entry WHERE NOT is_b) AS in_a,
    (SELECT count(*) FROM rest WHERE NOT is_b) AS rest_a, (SELECT count(*) FROM rest WHERE is_b) AS rest_b`);
  // The remaining rows are few compared with all entries. Dropping the table frees memory for the pairing.
  await session.query('DROP TABLE entry');
  await session.query(
    `CREATE TEMP TABLE pair (a_file VARCHAR, a_row BIGINT, b_file VARCHAR, b_row BIGINT, moved ${EXACT_TYPE}, content UBIGINT)`,
  );
  await insertPairs(session, 'finer_identity');
  await insertPairs(session, 'identity');
}

async function insertPairs(session: LakeSession, key: string): Promise<void> {
  await session.query(`INSERT INTO pair
    WITH free AS (${buildUnpairedSql()}),
    ranked AS (SELECT *, row_number() OVER (PARTITION BY is_b, ${key}
      ORDER BY BilledCost, EffectiveCost, ConsumedQuantity, content, content_too) AS nth FROM free)
    SELECT a.lake_file, a.file_row_number, b.lake_file, b.file_row_number,
      abs(coalesce(b.BilledCost, 0) - coalesce(a.BilledCost, 0)), greatest(a.content, b.content)
    FROM ranked AS a JOIN ranked AS b USING (${key}, nth) WHERE NOT a.is_b AND b.is_b`);
}

function buildUnpairedSql(): string {
  const side = (isB: boolean, prefix: string) => `SELECT * FROM rest WHERE is_b = ${isB} AND NOT EXISTS
    (SELECT 1 FROM pair WHERE ${prefix}_file = lake_file AND ${prefix}_row = file_row_number)`;
  return `${side(false, 'a')} UNION ALL ${side(true, 'b')}`;
}

/** Exact counts. */
export async function countRows(session: LakeSession, a: string, b: string): Promise<DiffCounts> {
  const [counts] = await session.query(`SELECT in_a::INTEGER AS in_a, rest_a::INTEGER AS rest_a,
    rest_b::INTEGER AS rest_b, (SELECT count(*) FROM pair)::INTEGER AS pairs FROM counted`);
  const [inA, restA, restB, pairs] = [counts?.in_a, counts?.rest_a, counts?.rest_b, counts?.pairs].map(Number);
  const fields =
    pairs === 0
      ? 0
      : Number(
          (
            await session.query(
              `SELECT sum(${buildChangedCountSql()})::BIGINT AS fields ${buildPairedRowsSql(a, b, 'pair')}`,
            )
          )[0]?.fields,
        );
  return {
    unchanged: (inA ?? 0) - (restA ?? 0),
    added: (restB ?? 0) - (pairs ?? 0),
    removed: (restA ?? 0) - (pairs ?? 0),
    changedRows: pairs ?? 0,
    changedFields: fields,
  };
}

export interface ListedPart {
  readonly limit: number;
  readonly offset: number;
}

/** Unpaired rows of one delivery, highest absolute billed cost first, in the columns of `rowColumns`. */
export async function readUnpairedRows(
  session: LakeSession,
  relation: string,
  isB: boolean,
  { limit, offset }: ListedPart,
): Promise<LakeRow[]> {
  await session.query(`CREATE OR REPLACE TEMP TABLE listed AS SELECT lake_file, file_row_number, content, content_too
    FROM (${buildUnpairedSql()}) WHERE is_b = ${isB}
    ORDER BY abs(BilledCost) DESC NULLS LAST, content, content_too LIMIT ${limit} OFFSET ${offset}`);
  const rows = await selectRowsAt(session, relation, 'SELECT file_row_number AS number FROM listed');
  return session.query(`SELECT ${listRowColumns('r').join(', ')} FROM ${rows} AS r
    JOIN listed USING (lake_file, file_row_number)
    ORDER BY abs(r.BilledCost) DESC NULLS LAST, content, content_too`);
}

/**
 * The few rows of a relation that a page lists, and rows of other files with the same numbers: the reader then skips
 * the other rows, whereas a join would first read every column of them.
 */
async function selectRowsAt(session: LakeSession, relation: string, numbers: string): Promise<string> {
  const wanted = await session.query(`SELECT DISTINCT number::BIGINT AS number FROM (${numbers}) ORDER BY 1`);
  const list = ['-1', ...wanted.map(({ number }) => String(number))].join(', ');
  return `(SELECT * FROM ${relation} WHERE file_row_number IN (${list}))`;
}

/** Changed rows, largest change of billed cost first: both rows, and `fields`, a JSON list of the changed fields. */
export async function changedRows(
  session: LakeSession,
  a: string,
  b: string,
  { limit, offset }: ListedPart,
): Promise<LakeRow[]> {
  await session.query(`CREATE OR REPLACE TEMP TABLE listed_pair AS SELECT * FROM pair
    ORDER BY moved DESC, content, a_file, a_row LIMIT ${limit} OFFSET ${offset}`);
  const columns = [...listRowColumns('a', 'a_'), ...listRowColumns('b', 'b_')];
  const ofA = await selectRowsAt(session, a, 'SELECT a_row AS number FROM listed_pair');
  const ofB = await selectRowsAt(session, b, 'SELECT b_row AS number FROM listed_pair');
  return session.query(`SELECT ${columns.join(', ')}, to_json(${changedFields()})::VARCHAR AS fields
    ${buildPairedRowsSql(ofA, ofB, 'listed_pair')} ORDER BY moved DESC, pair.content, a_file, a_row`);
}

function buildPairedRowsSql(a: string, b: string, pairs: string): string {
  return `FROM ${pairs} AS pair
    JOIN ${a} AS a ON a.lake_file = a_file AND a.file_row_number = a_row
    JOIN ${b} AS b ON b.lake_file = b_file AND b.file_row_number = b_row`;
}

const displayColumns = [
  'SubAccountId',
  'ServiceName',
  'ResourceId',
  'SkuId',
  'ChargeDescription',
] as const satisfies FocusColumn[];

/** Columns for the location of a row and its charge, from a relation with that alias. */
function listRowColumns(alias: string, prefix = ''): string[] {
  return [
    `${alias}.file AS "${prefix}file"`,
    `coalesce(${alias}.source_row, ${alias}.file_row_number + 1)::INTEGER AS "${prefix}row"`,
    `strftime(${alias}.ChargePeriodStart, '%Y-%m-%dT%H:%M:%SZ') AS "${prefix}chargePeriodStart"`,
    ...displayColumns.map((name) => `${alias}.${name} AS "${prefix}${toCamelCase(name)}"`),
    `${alias}.BilledCost::VARCHAR AS "${prefix}billedCost"`,
    `${alias}.BillingCurrency AS "${prefix}currency"`,
  ];
}

const maps = [
  { column: 'Tags', prefix: 'tag:' },
  { column: '"x_Columns"', prefix: 'x_' },
];

/** Keys of a map column whose values differ between the two rows. */
function buildChangedKeysSql(column: string): string {
  const [a, b] = [`coalesce(a.${column}, MAP {})`, `coalesce(b.${column}, MAP {})`];
  return `list_sort(list_filter(list_distinct(list_concat(map_keys(${a}), map_keys(${b}))),
    lambda key: ${a}[key] IS DISTINCT FROM ${b}[key]))`;
}

function buildChangedCountSql(): string {
  const plain = plainColumns.map(
    (name) => `(a.${quoteIdentifier(name)} IS DISTINCT FROM b.${quoteIdentifier(name)})::INTEGER`,
  );
  return [...plain, ...maps.map(({ column }) => `len(${buildChangedKeysSql(column)})`)].join(' + ');
}

function changedFields(): string {
  const plain = plainColumns.map((name) => {
    const [a, b] = [`a.${quoteIdentifier(name)}`, `b.${quoteIdentifier(name)}`];
    const field = `{'column': ${quoteLiteral(toCamelCase(name))}, 'before': ${castColumnToText(name, a)}, 'after': ${castColumnToText(name, b)}}`;
    return `CASE WHEN ${a} IS DISTINCT FROM ${b} THEN ${field} END`;
  });
  const keyed = maps.map(
    ({
      column,
      prefix,
    }) => `list_transform(${buildChangedKeysSql(column)}, lambda key: {'column': ${quoteLiteral(prefix)} || key,
      'before': a.${column}[key], 'after': b.${column}[key]})`,
  );
  return `list_concat(list_filter([${plain.join(', ')}], lambda field: field IS NOT NULL), ${keyed.join(', ')})`;
}

function castColumnToText(name: FocusColumn, sql: string): string {
  return focusColumns[name] === 'instant' ? `strftime(${sql}, '%Y-%m-%dT%H:%M:%SZ')` : `${sql}::VARCHAR`;
}

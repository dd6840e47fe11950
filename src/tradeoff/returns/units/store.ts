import { sql as raw } from 'kysely';
import { insertRows, isAmong, type Sql } from '../../../platform/store/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { type UnitDataset, UnitDatasetSpec, type UnitDimensions, type UnitGrouping } from './schema.ts';

const MICROS = 1_000_000;
const MOST_DATASETS = 500;

interface UnitTables {
  unit_dataset: { name: string; spec: string };
  unit_row: {
    dataset: string;
    day: string;
    /** Dimensions as JSON with sorted keys, "{}" without any. */
    dimensions: string;
    team: string | null;
    project: string | null;
    model: string | null;
    endpoint: string | null;
    feature: string | null;
    customer: string | null;
    micros: number;
    recorded_ms: number;
  };
}

const DIMENSIONS = [
  'team',
  'project',
  'model',
  'endpoint',
  'feature',
  'customer',
] as const satisfies readonly (keyof UnitDimensions)[];

/** A row of a day. */
export interface StoredUnits {
  readonly day: string;
  /** Exact decimal with at most 6 places. */
  readonly quantity: string;
  readonly dimensions: UnitDimensions;
}

/** Dimensions as the key of a row: the same values in any order give the same text. */
export function buildDimensionsKey(dimensions: UnitDimensions): string {
  return JSON.stringify(
    DIMENSIONS.flatMap((name) => (dimensions[name] === undefined ? [] : [[name, dimensions[name]]])),
  );
}

export async function findUnitDataset(sql: Sql, name: string): Promise<UnitDatasetSpec | null> {
  const query = sql.tables<UnitTables>().selectFrom('unit_dataset').selectAll().where('name', '=', name);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : UnitDatasetSpec.parse(JSON.parse(row.spec));
}

export async function putUnitDataset(sql: Sql, name: string, spec: UnitDatasetSpec): Promise<void> {
  const row = { spec: JSON.stringify(spec) };
  await sql
    .tables<UnitTables>()
    .insertInto('unit_dataset')
    .values({ name, ...row })
    .onConflict((of) => of.column('name').doUpdateSet(row))
    .execute();
}

/** Datasets with the range of their days, by name. */
export async function listDatasets(sql: Sql): Promise<UnitDataset[]> {
  const tables = sql.tables<UnitTables>();
  const rows = await tables.selectFrom('unit_dataset').selectAll().orderBy('name').limit(MOST_DATASETS).execute();
  const ranges = await tables
    .selectFrom('unit_row')
    .select((eb) => [
      'dataset',
      eb.fn.min('day').as('first'),
      eb.fn.max('day').as('last'),
      raw<number>`count(distinct day)`.as('days'),
    ])
    .groupBy('dataset')
    .execute();
  const rangeOf = new Map(ranges.map((range) => [range.dataset, range]));
  return rows.map(({ name, spec }) => {
    const { unit, description = null, cost } = UnitDatasetSpec.parse(JSON.parse(spec));
    const range = rangeOf.get(name);
    return {
      ...{ dataset: name, unit, description, cost, days: Number(range?.days ?? 0) },
      ...{ firstDay: range?.first ?? null, lastDay: range?.last ?? null },
    };
  });
}

/** Rows of these days, by day. */
export async function findUnitRows(sql: Sql, dataset: string, days: readonly string[]): Promise<StoredUnits[]> {
  const query = sql.tables<UnitTables>().selectFrom('unit_row').selectAll().where('dataset', '=', dataset);
  const rows = await query.where(isAmong(sql, 'day', days)).execute();
  return rows.map((row) => ({
    day: row.day,
    quantity: toQuantity(row.micros),
    dimensions: Object.fromEntries(DIMENSIONS.flatMap((name) => (row[name] === null ? [] : [[name, row[name]]]))),
  }));
}

/** Replaces all rows of these days. */
export async function replaceDays(
  sql: Sql,
  dataset: string,
  {
    days,
    rows,
    now,
  }: { readonly days: readonly string[]; readonly rows: readonly StoredUnits[]; readonly now: number },
): Promise<void> {
  const tables = sql.tables<UnitTables>();
  await tables
    .deleteFrom('unit_row')
    .where('dataset', '=', dataset)
    .where(isAmong(sql, 'day', days))
    .execute();
  const dimensions = Object.fromEntries(DIMENSIONS.map((name) => [name, 'text' as const]));
  await insertRows(sql, {
    table: 'unit_row',
    columns: {
      dataset: 'text',
      day: 'text',
      dimensions: 'text',
      ...dimensions,
      micros: 'bigint',
      recorded_ms: 'bigint',
    },
    rows: rows.map((row) => [
      ...[dataset, row.day, buildDimensionsKey(row.dimensions)],
      ...DIMENSIONS.map((name) => row.dimensions[name] ?? null),
      ...[decimal(row.quantity).times(MICROS).toNumber(), now],
    ]),
    onConflict: 'on conflict (dataset, day, dimensions) do nothing',
  });
}

/** Units by day within [start, end), and by a dimension where it is given. */
export async function sumUnits(
  sql: Sql,
  dataset: string,
  { start, end, by }: { readonly start: string; readonly end: string; readonly by: UnitGrouping | null },
): Promise<{ readonly day: string; readonly key: string | null; readonly quantity: string }[]> {
  const key = by === null ? raw<string | null>`cast(null as text)` : raw<string | null>`${raw.ref(by)}`;
  const rows = await sql
    .tables<UnitTables>()
    .selectFrom('unit_row')
    .select([
      'day',
      key.as('key'),
      // Whole units and millionths are summed apart, so that neither sum leaves 64 bits.
      raw<number>`sum(micros / 1000000)`.as('units'),
      raw<number>`sum(micros % 1000000)`.as('rest'),
    ])
    .where('dataset', '=', dataset)
    .where('day', '>=', start)
    .where('day', '<', end)
    .groupBy(['day', ...(by === null ? [] : [by])])
    .orderBy('day')
    .execute();
  return rows.map((row) => ({
    day: row.day,
    key: row.key ?? null,
    quantity: decimalString(decimal(String(row.units)).plus(decimal(String(row.rest)).dividedBy(MICROS))),
  }));
}

function toQuantity(micros: number): string {
  return decimalString(decimal(String(micros)).dividedBy(MICROS));
}

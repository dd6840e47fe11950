import { type Lake, literal } from '../../platform/lake/index.ts';
import { billedUnits, mayBeTokens, meterKey, meterPartColumns, meterTextOf } from './bill-meters.ts';
import type { Catalogue } from './catalogue.ts';
import { classifyTokenMeter } from './classify.ts';

/** Columns of a classified row, with their DuckDB types. */
const columns = {
  meter_key: 'VARCHAR',
  model: 'VARCHAR',
  catalogue_model: 'VARCHAR',
  direction: 'VARCHAR',
  service_tier: 'VARCHAR',
  tokens_per_unit: 'BIGINT',
} as const;

/**
 * A FROM item with the token rows of a bill relation that has row ids: `lake_file`, `file_row_number`, `model`,
 * `catalogue_model` (null where the catalogue lacks it), `direction`, `service_tier`, `tokens` (DECIMAL, exact). A row that
 * is no tokens of a model is not in it. The distinct texts of the bill are classified here, the rows joined to them there.
 */
export async function classifiedRowsSql(lake: Lake, bill: string, catalogue: Catalogue): Promise<string> {
  const found = await lake.query(
    `SELECT DISTINCT ${meterKey} AS meter_key, ${meterPartColumns} FROM ${bill} WHERE ${mayBeTokens}`,
  );
  const values = found.flatMap((row) => {
    const { meter } = classifyTokenMeter(meterTextOf(row), catalogue);
    if (meter === null) return [];
    const { model, catalogueModel, direction, serviceTier, tokensPerUnit } = meter;
    const id = catalogueModel === null ? 'NULL' : literal(catalogueModel.model);
    const texts = [literal(String(row.meter_key)), literal(model), id, literal(direction), literal(serviceTier)];
    return [`(${[...texts, tokensPerUnit].join(', ')})`];
  });
  const typed = Object.entries(columns).map(([name, type]) => `${name}::${type} AS ${name}`);
  const noMeter = `(${Object.keys(columns).fill('NULL').join(', ')})`;
  const meters = `SELECT ${typed.join(', ')} FROM (VALUES ${values.length === 0 ? noMeter : values.join(', ')}) AS m(${Object.keys(columns).join(', ')})`;
  const rows = `SELECT lake_file, file_row_number, ${meterKey} AS meter_key, ${billedUnits} AS units FROM ${bill} WHERE ${mayBeTokens}`;
  return `(SELECT r.lake_file, r.file_row_number, m.model, m.catalogue_model, m.direction, m.service_tier,
    r.units * m.tokens_per_unit AS tokens FROM (${rows}) r JOIN (${meters}) m ON m.meter_key = r.meter_key)`;
}

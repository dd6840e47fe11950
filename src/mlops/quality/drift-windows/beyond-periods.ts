import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Band, Table } from '../../drift/index.ts';
import { selectEffectMeasure } from '../../drift/index.ts';
import type { DriftColumn } from '../../drift/schema.ts';
import type { MinEffect } from '../../monitors/schema.ts';
import { type BandCounts, distanceFromBand } from './band.ts';
import { findLargeChanges, leastEffect } from './least-effect.ts';
import type { FoundReference } from './references.ts';

/** Columns whose values changed by the default least effect or more, with how far they lie outside of the periods of the reference. */
export async function measureBeyondPeriods(
  session: LakeSession,
  table: Table,
  columns: readonly DriftColumn[],
  { variation, said }: { readonly variation: FoundReference['variation']; readonly said: MinEffect | undefined },
): Promise<DriftColumn[]> {
  const measured: DriftColumn[] = [];
  for (const column of columns) {
    const measure = selectEffectMeasure(column.method);
    const band = variation?.[column.column]?.band;
    const minEffect = leastEffect(column, said, variation?.[column.column]);
    const large = findLargeChanges(column, { minEffect, said });
    const isDefault = measure !== null && said?.[measure] === undefined;
    if (band !== undefined && isDefault && large.values && !large.missing && column.adjustedPValue !== null) {
      const counts = await countByBand(session, table, column.column, band);
      measured.push({ ...column, beyondPeriods: distanceFromBand(band, counts, measure) });
    } else measured.push(column);
  }
  return measured;
}

async function countByBand(session: LakeSession, table: Table, name: string, band: Band): Promise<BandCounts> {
  const [column, isText] = [quoteIdentifier(name), band.ks === null];
  const values = band.values.map((value) => quoteLiteral(String(value))).join(', ');
  const known = `SELECT ${column} AS value FROM ${table.relation} WHERE ${isText ? `${column} IS NOT NULL` : `isfinite(${column})`}`;
  const rows = await session.query(`WITH known AS (${known}),
    banded AS (SELECT unnest([${values}]::VARCHAR[])${isText ? '' : '::DOUBLE'} AS value),
    matched AS (
      SELECT banded.value, count(*) AS within, count(*) FILTER (known.value = banded.value) AS equal
      FROM known ${isText ? 'JOIN banded ON known.value = banded.value' : 'ASOF JOIN banded ON known.value <= banded.value'} GROUP BY ALL)
    SELECT value, coalesce(within, 0)::DOUBLE AS within, coalesce(equal, 0)::DOUBLE AS equal, (SELECT count(*) FROM known)::DOUBLE AS total
    FROM banded LEFT JOIN matched USING (value)`);
  const found = new Map(rows.map((row) => [row.value, row]));
  const counted = (key: 'within' | 'equal') => band.values.map((value) => Number(found.get(value)?.[key] ?? 0));
  let sum = 0;
  const upTo = isText ? [] : counted('within').map((count) => (sum += count));
  return { total: Number(rows[0]?.total ?? 0), equal: counted('equal'), upTo };
}

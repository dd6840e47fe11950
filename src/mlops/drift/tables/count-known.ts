import { type LakeSession, quoteIdentifier } from '../../../platform/lake/index.ts';
import type { Table, TableColumn } from './table.ts';

/** Rows with a known value, column by column; NaN, infinities and lists with one of them are none. */
export async function countKnown(
  session: LakeSession,
  { relation, columns }: Table,
  names: readonly string[],
): Promise<number[]> {
  if (names.length === 0) return [];
  const held = new Map(columns.map((column) => [column.name, column]));
  const counts = names.map((name, at) => `${buildCountSql(name, held.get(name)?.kind)} AS c${at}`);
  const [row] = await session.query(`SELECT ${counts.join(', ')} FROM ${relation}`);
  return names.map((_, at) => Number(row?.[`c${at}`] ?? 0));
}

function buildCountSql(name: string, kind: TableColumn['kind'] | undefined): string {
  const value = quoteIdentifier(name);
  if (kind === 'number') return `count(*) FILTER (isfinite(${value}::DOUBLE))::DOUBLE`;
  if (kind !== 'vector') return `count(${value})::DOUBLE`;
  const numbers = `${value}::DOUBLE[]`;
  return `count(*) FILTER (len(${numbers}) > 0 AND len(list_filter(${numbers}, lambda x: isfinite(x))) = len(${numbers}))::DOUBLE`;
}

import { type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import type { CountPair } from '../../drift-methods/index.ts';
import type { Table } from './table.ts';

/** A column of texts with more distinct ones than this is not compared. */
const MOST_LEVELS = 100_000;
/** Levels up to which rows are given as places among them. */
const MOST_CODED = 1000;
/** Texts of which more than half are distinct, and more than these, are texts and no categories: Evidently's rule. */
const TEXT_SHARE = 0.5;
const FEW_LEVELS = 20;

/** Number of occurrences of each text of a column; null is not a level. */
export interface LevelCounts {
  readonly levels: readonly string[];
  readonly counts: Float64Array;
}

/** Counts the texts of a column; null where there are too many to be categories. */
export async function countLevels(session: LakeSession, table: Table, column: string): Promise<LevelCounts | null> {
  const name = quoteIdentifier(column);
  const rows = await session.query(
    `SELECT ${name}::VARCHAR AS level, count(*)::DOUBLE AS rows FROM ${table.relation} WHERE ${name} IS NOT NULL
      GROUP BY 1 LIMIT ${MOST_LEVELS + 1}`,
  );
  if (rows.length > MOST_LEVELS) return null;
  return { levels: rows.map((row) => String(row.level)), counts: Float64Array.from(rows, (row) => Number(row.rows)) };
}

/** Whether the texts of the reference are free text or ids rather than categories. */
export function isFreeText({ levels, counts }: LevelCounts): boolean {
  const known = counts.reduce((sum, count) => sum + count, 0);
  return levels.length > FEW_LEVELS && levels.length > TEXT_SHARE * known;
}

/** Both sides over the levels of either, ascending. */
export function alignLevels(reference: LevelCounts, current: LevelCounts): { levels: string[]; counts: CountPair } {
  const levels = [...new Set([...reference.levels, ...current.levels])].toSorted();
  const places = new Map(levels.map((level, at) => [level, at]));
  const placed = (side: LevelCounts) => {
    const counts = new Float64Array(levels.length);
    side.levels.forEach((level, at) => {
      counts[places.get(level) ?? 0] = side.counts[at] ?? 0;
    });
    return counts;
  };
  return { levels, counts: { reference: placed(reference), current: placed(current) } };
}

/** The rows of a column as places among the levels, in the order of the file; null where there are too many levels. */
export async function codeRows(
  session: LakeSession,
  { relation, rows }: Table,
  column: string,
  levels: readonly string[],
): Promise<Uint32Array | null> {
  if (levels.length > MOST_CODED) return null;
  const places = `list_position([${levels.map(quoteLiteral).join(', ')}]::VARCHAR[], ${quoteIdentifier(column)}::VARCHAR)`;
  const [codes = new Float64Array()] = await session.doubles(
    `SELECT coalesce(${places} - 1, -1)::DOUBLE FROM ${relation}`,
    rows,
  );
  return Uint32Array.from(codes.filter((code) => code >= 0));
}

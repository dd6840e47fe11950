import type { Item } from './item.ts';
import { createUntranslatable } from './tokens.ts';

/** Words that end the columns of a SELECT. */
const ENDS = new Set(['FROM', 'WHERE', 'GROUP', 'ORDER', 'HAVING', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT']);

/**
 * Writes the positions of columns for `GROUP BY ALL`, those without an aggregate, and for `ORDER BY ALL`, all of them, in each SELECT of a level.
 */
export function expandAll(items: readonly Item[]): Item[] {
  const written: Item[] = [];
  let columns: Item[][] | null = null;
  let isReading = false;
  for (const item of items) {
    if (item.word === 'SELECT' && !item.isPrimary) {
      columns = [[]];
      isReading = true;
    } else if (isReading && item.word !== null && !item.isPrimary && ENDS.has(item.word)) isReading = false;
    else if (isReading && item.sql === ',') columns?.push([]);
    else if (isReading) columns?.at(-1)?.push(item);
    const [clause, by] = written.slice(-2);
    if (item.word === 'ALL' && by?.word === 'BY')
      written.push(
        ...listPositions(columns, clause?.word === 'GROUP').map((sql) => ({ sql, isPrimary: true, word: null })),
      );
    else written.push(item);
  }
  return written;
}

function listPositions(columns: readonly (readonly Item[])[] | null, isGroup: boolean): string[] {
  if (columns === null || columns.some((parts) => parts.at(-1)?.sql === '*')) throw createUntranslatable('BY ALL of *');
  const isKept = (parts: readonly Item[]) => !isGroup || !parts.some((part) => part.isAggregate === true);
  const positions = columns.flatMap((parts, index) => (isKept(parts) ? [String(index + 1)] : []));
  if (positions.length === 0) throw createUntranslatable('GROUP BY ALL without a column');
  return [positions.join(', ')];
}

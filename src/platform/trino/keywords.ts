const KEYWORDS = new Set(
  `SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET UNION ALL EXCEPT INTERSECT WITH RECURSIVE AS ON USING JOIN LEFT RIGHT INNER FULL OUTER CROSS LATERAL
  AND OR NOT IN IS NULL TRUE FALSE LIKE BETWEEN EXISTS ANY CASE WHEN THEN ELSE END DISTINCT VALUES OVER PARTITION ROWS RANGE UNBOUNDED PRECEDING FOLLOWING
  CURRENT ROW FILTER WITHIN ASC DESC NULLS FIRST LAST ESCAPE IGNORE RESPECT CREATE OR TABLE INSERT INTO DATE TIMESTAMP INTERVAL WINDOW GROUPING SETS`.split(
    /\s+/,
  ),
);

/** Words of DuckDB that have no counterpart. */
const REFUSED = new Set([
  'QUALIFY',
  'ASOF',
  'POSITIONAL',
  'PIVOT',
  'UNPIVOT',
  'EXCLUDE',
  'COLUMNS',
  'ILIKE',
  'COLLATE',
  'SEMI',
  'ANTI',
  'GLOB',
  'SIMILAR',
]);

/** The same by two words: the first with any of the second. */
const REFUSED_PAIRS = new Set(['BY NAME', 'DISTINCT ON', 'USING SAMPLE']);

/** Words that are never the name of a column or a function; `FIRST`, `DATE` and others only where they are not followed by a bracket. */
export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word);
}

/** Says why a word cannot be translated; null when it can. */
export function findRefusedWord(word: string, next: string | undefined): string | null {
  if (REFUSED.has(word)) return word;
  const pair = `${word} ${next ?? ''}`;
  if (REFUSED_PAIRS.has(pair)) return pair;
  return word === 'REPLACE' && next !== '(' ? word : null;
}

/** Units of an interval. */
export const UNITS: ReadonlyMap<string, string> = new Map(
  ['day', 'hour', 'minute', 'second', 'month', 'year'].flatMap((unit) => [
    [unit, unit.toUpperCase()],
    [`${unit}s`, unit.toUpperCase()],
  ]),
);

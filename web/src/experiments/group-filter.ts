import { columnText } from './run-column.ts';

/** Filter for exactly the runs of a group, appended to the existing filter: `params.rank = '16'`. */
export function groupFilter(before: string | undefined, by: string, value: string | null): string {
  const column = columnText(by);
  const own = value === null ? `${column} IS NULL` : `${column} = '${value.replaceAll("'", "''")}'`;
  return [before?.trim() ?? '', own].filter((part) => part !== '').join(' and ');
}

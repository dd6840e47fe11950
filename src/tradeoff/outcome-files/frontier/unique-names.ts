/**
 * The names with the 0-based row number after each name that occurs more than once.
 * Example: a, b, a -> a (row 0), b, a (row 2).
 */
export function makeNamesUnique(names: readonly string[], rows: readonly number[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name, at) => ((counts.get(name) ?? 0) > 1 ? `${name} (row ${rows[at] ?? at})` : name));
}

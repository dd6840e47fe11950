/** Shows a hidden column at the end, hides a shown one. */
export function toggledColumn(columns: readonly string[], column: string): string[] {
  return columns.includes(column) ? columns.filter((one) => one !== column) : [...columns, column];
}

/** Moves a column one position towards the pinned first one. */
export function movedColumn(columns: readonly string[], column: string): string[] {
  const at = columns.indexOf(column);
  if (at <= 0) return [...columns];
  return [...columns.slice(0, at - 1), column, ...columns.slice(at - 1, at), ...columns.slice(at + 1)];
}

/** Shows a hidden column at the end, hides a shown one. */
export function toggledColumn(shown: readonly string[], column: string): string[] {
  return shown.includes(column) ? shown.filter((one) => one !== column) : [...shown, column];
}

/** Moves a column one position towards the pinned first one. */
export function movedColumn(shown: readonly string[], column: string): string[] {
  const at = shown.indexOf(column);
  if (at <= 0) return [...shown];
  return [...shown.slice(0, at - 1), column, ...shown.slice(at - 1, at), ...shown.slice(at + 1)];
}

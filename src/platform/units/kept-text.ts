/**
 * What of a JSON value no store keeps: PostgreSQL refuses NUL in a text, the query engine refuses half a surrogate pair; null: all
 * of it can be kept. Names of fields count.
 *
 * @example unkeptCharacter({ note: 'cut \ud83d' }) // 'half a surrogate pair'
 */
export function unkeptCharacter(value: unknown): 'a NUL character' | 'half a surrogate pair' | null {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'a NUL character';
    return value.isWellFormed() ? null : 'half a surrogate pair';
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, item] of Object.entries(value)) {
    const found = unkeptCharacter(name) ?? unkeptCharacter(item);
    if (found !== null) return found;
  }
  return null;
}

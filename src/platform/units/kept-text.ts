/**
 * Finds a character of a JSON value, field names included, that cannot be stored: PostgreSQL refuses NUL in a text, the query engine refuses
 * half a surrogate pair. null: the whole value can be stored.
 *
 * @example unkeptCharacter({ note: 'cut \ud83d' }) // 'half a surrogate pair'
 */
export function findUnkeptCharacter(value: unknown): 'a NUL character' | 'half a surrogate pair' | null {
  if (typeof value === 'string') {
    if (value.includes('\0')) return 'a NUL character';
    return value.isWellFormed() ? null : 'half a surrogate pair';
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, item] of Object.entries(value)) {
    const found = findUnkeptCharacter(name) ?? findUnkeptCharacter(item);
    if (found !== null) return found;
  }
  return null;
}

/**
 * The value with U+FFFD in place of each character that no store keeps (see {@link unkeptCharacter}), in names of fields too. The same
 * value, not a copy, where nothing has to be replaced.
 *
 * @example replaceUnkept({ note: 'cut \ud83d' }) // { note: 'cut \ufffd' }
 */
export function replaceUnkept<Value>(value: Value): Value {
  return findUnkeptCharacter(value) === null ? value : (replaceInValue(value) as Value);
}

function replaceInValue(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\ufffd');
  if (Array.isArray(value)) return value.map(replaceInValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [replaceInValue(name), replaceInValue(item)]));
}

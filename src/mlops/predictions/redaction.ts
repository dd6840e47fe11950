type Json = unknown;

/**
 * Removes the fields at these paths (`email`, `user.name`) from a document. Paths go through lists. A dot separates fields, or belongs
 * to the name of a field, as in a flattened table: both are removed. A path that leads nowhere removes nothing.
 *
 * @example removeFields({ 'user.name': 'Ada', user: { name: 'Ada', age: 36 } }, ['user.name']) -> { user: { age: 36 } }
 */
export function removeFields(document: Json, paths: readonly string[]): Json {
  return paths.length === 0 ? document : removeFrom(document, paths);
}

function removeFrom(document: Json, paths: readonly string[]): Json {
  if (Array.isArray(document)) return document.map((each) => removeFrom(each, paths));
  if (document === null || typeof document !== 'object') return document;
  const fields = Object.entries(document).flatMap(([key, value]) => {
    if (paths.includes(key)) return [];
    const inner = paths.filter((path) => path.startsWith(`${key}.`)).map((path) => path.slice(key.length + 1));
    return [[key, inner.length === 0 ? value : removeFrom(value, inner)] as const];
  });
  return Object.fromEntries(fields);
}

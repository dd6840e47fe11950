type Json = unknown;

/**
 * A document without the fields of these paths (`email`, `user.name`), wherever they lie in it: paths go through lists,
 * and one that leads nowhere takes nothing away.
 */
export function without(document: Json, paths: readonly string[]): Json {
  return paths.reduce<Json>((rest, path) => withoutPath(rest, path.split('.')), document);
}

function withoutPath(document: Json, [name, ...rest]: readonly string[]): Json {
  if (Array.isArray(document)) return document.map((each) => withoutPath(each, [name ?? '', ...rest]));
  if (name === undefined || document === null || typeof document !== 'object') return document;
  const fields = Object.entries(document).flatMap(([key, value]) => {
    if (key !== name) return [[key, value] as const];
    return rest.length === 0 ? [] : [[key, withoutPath(value, rest)] as const];
  });
  return Object.fromEntries(fields);
}

type SearchValue = string | readonly string[] | undefined;

/**
 * Parses the query of a URL as plain text: a repeated key becomes a list. URLs contain no JSON, because users read
 * them.
 */
export function parseSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const before = found[key];
    found[key] = before === undefined ? value : [before, value].flat();
  }
  return found;
}

/** The other way round. Undefined and empty lists are left out; `,`, `:` and `/` stay readable. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search as Record<string, SearchValue>)) {
    for (const item of value === undefined ? [] : [value].flat()) params.append(key, String(item));
  }
  const text = params.toString().replace(/%2C/g, ',').replace(/%3A/g, ':').replace(/%2F/g, '/');
  return text === '' ? '' : `?${text}`;
}

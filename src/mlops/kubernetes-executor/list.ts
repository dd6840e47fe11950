import type { Cluster } from './cluster.ts';
import { List } from './objects.ts';

const PAGE = '500';

/** Yields all items of a list, page by page, unparsed. */
export async function listAll(
  cluster: Cluster,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown[]> {
  const items: unknown[] = [];
  let next = '';
  do {
    const asked = { ...query, limit: PAGE, ...(next === '' ? {} : { continue: next }) };
    const page = List.parse((await cluster.call({ method: 'GET', path, query: asked })).body);
    items.push(...page.items);
    next = page.metadata.continue;
  } while (next !== '');
  return items;
}

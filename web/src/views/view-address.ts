import { parseSearch, stringifySearch } from '../frame/search-text.ts';

/** Parameters of the dates in view: a view leaves them out, so that it opens with the dates that are in view then. */
const DATES = ['period', 'from', 'to', 'beforeFrom', 'beforeTo'] as const;
/** Parameters of things that are open over the page. */
const OPEN = ['row', 'effect', 'delivery', 'new', 'sync'] as const;

/**
 * The search of an address as a view keeps it.
 *
 * @example toViewSearch('?by=team&period=2026-11', false) // '?by=team'
 */
export function toViewSearch(search: string, keepsDates: boolean): string {
  const kept = parseSearch(search.replace(/^\?/, ''));
  for (const key of [...OPEN, ...(keepsDates ? [] : DATES)]) delete kept[key];
  return stringifySearch(kept);
}

/** Whether an address shows this view, whatever its dates are. */
export function isSameAddress(
  view: { readonly path: string; readonly search: string },
  address: { readonly path: string; readonly search: string },
): boolean {
  const sorted = (search: string) => [...new URLSearchParams(toViewSearch(search, false))].map(String).sort().join('&');
  return view.path === address.path && sorted(view.search) === sorted(address.search);
}

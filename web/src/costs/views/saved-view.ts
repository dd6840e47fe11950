import { z } from 'zod';
import { CostsSearch } from '../costs-search.ts';

/** The URL parameters that a view stores: grouping, filters and presentation, without period and team. */
export const ViewSearch = CostsSearch.pick({
  by: true,
  metric: true,
  filter: true,
  currency: true,
  every: true,
  compare: true,
  view: true,
  chart: true,
  change: true,
  columns: true,
});
export type ViewSearch = z.infer<typeof ViewSearch>;

export const SavedView = z.object({ name: z.string().min(1).max(80), search: ViewSearch });
export type SavedView = z.infer<typeof SavedView>;

/** The part of the URL that a view stores; a custom comparison is left out, because it depends on the dates. */
export function toView(search: CostsSearch): ViewSearch {
  const kept = ViewSearch.parse(search);
  return withoutUndefined({ ...kept, compare: kept.compare === 'custom' ? undefined : kept.compare });
}

function withoutUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

const FIELDS = Object.keys(ViewSearch.shape) as readonly (keyof ViewSearch)[];

/** True if two views are equal. */
export function isSameView(a: ViewSearch, b: ViewSearch): boolean {
  const text = (view: ViewSearch) => JSON.stringify(FIELDS.map((field) => view[field] ?? null));
  return text(a) === text(b);
}

/** The URL with the parameters of a view replaced; period and team stay. */
export function searchOfView(before: CostsSearch, view: SavedView): CostsSearch {
  const cleared = Object.fromEntries(FIELDS.map((field) => [field, undefined]));
  const gone = { row: undefined, effect: undefined, delivery: undefined, beforeFrom: undefined, beforeTo: undefined };
  return { ...before, ...cleared, ...gone, ...view.search, name: view.name };
}

/** A name that no other view has: `By team`, `By team 2`. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted} ${number}`)) number += 1;
  return `${wanted} ${number}`;
}

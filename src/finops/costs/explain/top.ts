import type { Decimal } from '../../../platform/units/index.ts';

/** The largest few of many items; the others are not kept in memory. */
export interface Top<T> {
  /** Keeps an item that is among the largest so far; calls `make` only then. */
  offer(size: Decimal, make: () => T): void;
  /** Largest first; equal items in order of arrival. */
  items(): T[];
}

export function createTop<T>(limit: number): Top<T> {
  const kept: { readonly size: Decimal; readonly item: T }[] = [];
  return {
    offer(size, make) {
      const last = kept.at(-1);
      if (kept.length === limit && last !== undefined && !size.gt(last.size)) return;
      const found = kept.findIndex((other) => size.gt(other.size));
      kept.splice(found === -1 ? kept.length : found, 0, { size, item: make() });
      if (kept.length > limit) kept.pop();
    },
    items: () => kept.map(({ item }) => item),
  };
}

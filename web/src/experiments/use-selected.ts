import { useCallback, useState } from 'react';

export interface Selected {
  readonly ids: ReadonlySet<string>;
  /** With `range`, also selects all rows since the last clicked one. */
  readonly toggle: (id: string, range: boolean) => void;
  readonly set: (ids: readonly string[]) => void;
}

/** Selected rows. `order` is the present order of the rows. */
export function useSelected(order: readonly string[]): Selected {
  const [state, setState] = useState<{ ids: ReadonlySet<string>; last: string | null }>({ ids: new Set(), last: null });
  const toggle = useCallback(
    (id: string, range: boolean) =>
      setState(({ ids, last }) => ({ ids: marked(ids, order, range ? last : null, id), last: id })),
    [order],
  );
  const set = useCallback((ids: readonly string[]) => setState({ ids: new Set(ids), last: null }), []);
  return { ids: state.ids, toggle, set };
}

/** Selection after a click on one row: it toggles, and a range takes its new state. */
export function marked(
  ids: ReadonlySet<string>,
  order: readonly string[],
  from: string | null,
  to: string,
): ReadonlySet<string> {
  const [start, end] = [from === null ? -1 : order.indexOf(from), order.indexOf(to)];
  const range = start === -1 || end === -1 ? [to] : order.slice(Math.min(start, end), Math.max(start, end) + 1);
  const next = new Set(ids);
  for (const id of range) {
    if (ids.has(to)) next.delete(id);
    else next.add(id);
  }
  return next;
}

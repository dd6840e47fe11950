import { useEffect, useMemo, useState } from 'react';
import type { SavedView as StoredView } from '../../../../src/tradeoff/views/schema.ts';
import { parseSearch, stringifySearch } from '../../frame/search-text.ts';
import { type NewView, useViewChanges, useViews } from '../../views/use-views.ts';
import { BUILT_IN_VIEWS } from './built-in-views.ts';
import { freeName, type SavedView, type ViewSearch, ViewSearch as ViewSearchSchema } from './saved-view.ts';
import { takeBrowserViews } from './view-store.ts';

const PATH = '/costs';
const builtIn = BUILT_IN_VIEWS.map(({ name }) => name);

interface Done {
  readonly text: string;
  /** Reverts the change; calls with the name that the address had. */
  readonly undo: (then: (name: string | undefined) => void) => void;
}

const toAddress = (search: ViewSearch) => ({ path: PATH, search: stringifySearch(search) });

/** Saved views of the costs, with an undo of the last change. */
export function useSavedViews() {
  const all = useViews();
  const { save, change, remove, restore } = useViewChanges();
  const [done, setDone] = useState<Done | null>(null);
  const stored = useMemo(() => (all ?? []).filter(({ path }) => path === PATH), [all]);
  // A view with the name of another one is only under Views in the top bar: here names are unique.
  const views = useMemo(() => {
    const names = new Set([...builtIn]);
    return stored.map(toCostsView).filter(({ name }) => !names.has(name) && names.add(name));
  }, [stored]);
  const find = (name: string) => stored.find((one) => one.name === name);
  useUploadOnce(all !== undefined, save.mutateAsync);
  return {
    views,
    done,
    error: save.error ?? change.error ?? remove.error ?? restore.error,
    forget: () => setDone(null),
    /** Saves under the name, or a similar one where a built-in view has it. */
    save: (view: SavedView, then: (name: string) => void) => {
      const name = freeName(view.name, builtIn);
      const before = find(name);
      if (before === undefined) {
        const body = { name, ...toAddress(view.search), sharing: 'private' as const, team: null };
        save.mutate(body, {
          onSuccess: (saved) => {
            setDone({
              text: `“${name}” is saved.`,
              undo: (back) => remove.mutate(saved.view, { onSuccess: () => back(name) }),
            });
            then(name);
          },
        });
        return;
      }
      change.mutate(
        { view: before.view, ...toAddress(view.search) },
        {
          onSuccess: () => {
            setDone({
              text: `“${name}” is changed.`,
              undo: (back) => change.mutate(before, { onSuccess: () => back(name) }),
            });
            then(name);
          },
        },
      );
    },
    rename: (from: string, to: string, then: (name: string) => void) => {
      const before = find(from);
      if (before === undefined) return;
      const name = freeName(to, [...builtIn, ...views.map((view) => view.name).filter((one) => one !== from)]);
      const undo: Done['undo'] = (back) =>
        change.mutate({ view: before.view, name: from }, { onSuccess: () => back(from) });
      change.mutate(
        { view: before.view, name },
        {
          onSuccess: () => {
            setDone({ text: `“${from}” is now “${name}”.`, undo });
            then(name);
          },
        },
      );
    },
    remove: (name: string, then: () => void) => {
      const before = find(name);
      if (before === undefined) return;
      remove.mutate(before.view, {
        onSuccess: (deleted) => {
          const undo: Done['undo'] = (back) => restore.mutate(deleted, { onSuccess: () => back(name) });
          setDone({ text: `“${name}” is deleted.`, undo });
          then();
        },
      });
    },
    undo: (then: (name: string | undefined) => void) => {
      done?.undo(then);
      setDone(null);
    },
  };
}

function toCostsView({ name, search }: StoredView): SavedView {
  return { name, search: ViewSearchSchema.parse(parseSearch(search.replace(/^\?/, ''))) };
}

/** Views that an earlier version kept in this browser are saved on the server, once. */
function useUploadOnce(isReady: boolean, save: (body: NewView) => Promise<unknown>): void {
  useEffect(() => {
    if (!isReady) return;
    for (const { name, search } of takeBrowserViews()) {
      save({ name, ...toAddress(search), sharing: 'private', team: null }).catch(() => undefined);
    }
  }, [isReady, save]);
}

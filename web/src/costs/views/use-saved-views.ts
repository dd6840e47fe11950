import { useMemo, useState, useSyncExternalStore } from 'react';
import { BUILT_IN_VIEWS } from './built-in-views.ts';
import { freeName, type SavedView, withView } from './saved-view.ts';
import { onViewsChanged, storedText, storeViews, viewsFrom } from './view-store.ts';

interface Done {
  readonly text: string;
  readonly before: readonly SavedView[];
  /** The name that the address had. */
  readonly name: string | undefined;
}

/** The saved views of this browser, with an undo of the last change. */
export function useSavedViews() {
  const text = useSyncExternalStore(onViewsChanged, storedText);
  const views = useMemo(() => viewsFrom(text), [text]);
  const [done, setDone] = useState<Done | null>(null);
  const change = (next: readonly SavedView[], label: string, name: string | undefined) => {
    setDone({ text: label, before: views, name });
    storeViews(next);
  };
  const builtIn = BUILT_IN_VIEWS.map(({ name }) => name);
  return {
    views,
    done,
    forget: () => setDone(null),
    /** Saves under the name, or a similar one where a built-in view has it; returns the name. */
    save: (view: SavedView): string => {
      const name = freeName(view.name, builtIn);
      const replaces = views.some((one) => one.name === name);
      change(
        withView(views, { ...view, name }),
        `“${name}” is ${replaces ? 'changed' : 'saved in this browser'}.`,
        name,
      );
      return name;
    },
    rename: (from: string, to: string): string => {
      const taken = [...builtIn, ...views.map(({ name }) => name).filter((name) => name !== from)];
      const name = freeName(to, taken);
      const next = views.map((view) => (view.name === from ? { ...view, name } : view));
      change(next, `“${from}” is now “${name}”.`, from);
      return name;
    },
    remove: (name: string) =>
      change(
        views.filter((view) => view.name !== name),
        `“${name}” is deleted.`,
        name,
      ),
    /** Undoes the last change; returns the name of the view in the URL before it. */
    undo: (): string | undefined => {
      if (done !== null) storeViews(done.before);
      setDone(null);
      return done?.name;
    },
  };
}

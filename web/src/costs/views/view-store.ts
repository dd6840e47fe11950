import { z } from 'zod';
import { SavedView } from './saved-view.ts';

const KEY = 'steelyard.costs.views';
const CHANGED = 'steelyard:costs-views';
const Stored = z.array(SavedView).max(200);

/** What is kept when storage is closed to us (private window): the views hold until the page is left. */
let held: string | null = null;

/** The views as text, the same string as long as nothing changed. */
export function storedText(): string {
  try {
    return localStorage.getItem(KEY) ?? held ?? '[]';
  } catch {
    return held ?? '[]';
  }
}

/** Views of a text; none when it is not ours. */
export function viewsFrom(text: string): readonly SavedView[] {
  try {
    return Stored.catch([]).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

export function storeViews(views: readonly SavedView[]): void {
  held = JSON.stringify(views);
  try {
    localStorage.setItem(KEY, held);
  } catch {
    // Storage is closed to us or full; what is held serves this visit.
  }
  window.dispatchEvent(new Event(CHANGED));
}

/** Calls when the views change, here or in another tab. */
export function onViewsChanged(call: () => void): () => void {
  window.addEventListener(CHANGED, call);
  window.addEventListener('storage', call);
  return () => {
    window.removeEventListener(CHANGED, call);
    window.removeEventListener('storage', call);
  };
}

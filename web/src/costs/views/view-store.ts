import { z } from 'zod';
import { SavedView } from './saved-view.ts';

const KEY = 'steelyard.costs.views';
const CHANGED = 'steelyard:costs-views';
const Stored = z.array(SavedView).max(200);

/** Fallback when storage is blocked (private window): views last until the page is closed. */
let stored: string | null = null;

/** The views as text, the same string as long as nothing changed. */
export function storedText(): string {
  try {
    return localStorage.getItem(KEY) ?? stored ?? '[]';
  } catch {
    return stored ?? '[]';
  }
}

/** Parses stored views; empty for invalid text. */
export function viewsFrom(text: string): readonly SavedView[] {
  try {
    return Stored.catch([]).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

export function storeViews(views: readonly SavedView[]): void {
  stored = JSON.stringify(views);
  try {
    localStorage.setItem(KEY, stored);
  } catch {
    // Storage is blocked or full; `held` keeps the views for this visit.
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

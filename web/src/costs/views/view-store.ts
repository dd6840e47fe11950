import { z } from 'zod';
import { SavedView } from './saved-view.ts';

const KEY = 'steelyard.costs.views';
const Stored = z.array(SavedView).max(200);

/** Parses stored views; empty for invalid text. */
export function viewsFrom(text: string): readonly SavedView[] {
  try {
    return Stored.catch([]).parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** The views that an earlier version kept in this browser; they are removed from it. */
export function takeBrowserViews(): readonly SavedView[] {
  try {
    const text = localStorage.getItem(KEY);
    localStorage.removeItem(KEY);
    return text === null ? [] : viewsFrom(text);
  } catch {
    return []; // Storage is blocked, so there are none.
  }
}

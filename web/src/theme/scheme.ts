import { useSyncExternalStore } from 'react';

export type Scheme = 'light' | 'dark';

const KEY = 'steelyard.scheme';
const CHANGED = 'steelyard:scheme';

function read(): Scheme {
  return document.documentElement.dataset.scheme === 'dark' ? 'dark' : 'light';
}

function subscribe(changed: () => void): () => void {
  window.addEventListener(CHANGED, changed);
  return () => window.removeEventListener(CHANGED, changed);
}

/** The active colour scheme; charts are redrawn when it changes. */
export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, read);
}

/** Sets the colours now and for the next visit; only for this visit where storage is blocked. */
export function setScheme(scheme: Scheme): void {
  show(scheme);
  try {
    localStorage.setItem(KEY, scheme);
  } catch {
    // Storage is blocked (private window): the choice lasts until the page is closed.
  }
}

/**
 * Follows the scheme of the system, which may turn dark at night, until the user chooses one. Called once, when the app
 * starts.
 */
export function followSystem(): void {
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
    if (chosen() === null) show(matches ? 'dark' : 'light');
  });
}

function chosen(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function show(scheme: Scheme): void {
  document.documentElement.dataset.scheme = scheme;
  window.dispatchEvent(new Event(CHANGED));
}

/** Value of a colour token of the active scheme, for drawing on a canvas. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

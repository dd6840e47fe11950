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

/** The colours in force; charts draw anew when it changes. */
export function useScheme(): Scheme {
  return useSyncExternalStore(subscribe, read);
}

/** Changes the colours now and for the next visit. Where storage is refused, for this visit. */
export function setScheme(scheme: Scheme): void {
  show(scheme);
  try {
    localStorage.setItem(KEY, scheme);
  } catch {
    // Storage is closed to us (private window): the choice holds until the page is left.
  }
}

/** From now on the page goes with the system, which may turn dark at night, as long as nobody has chosen. Once, when the app begins. */
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

/** The value of a colour token of the scheme in force, for what is drawn on a canvas. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

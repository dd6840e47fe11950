import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { setScheme } from '../theme/scheme.ts';
import type { Overlay } from './overlay.ts';
import { allPages } from './pages.ts';

const SECOND_KEY_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable], dialog') !== null;
}

/** Keys that work on every page: Ctrl-K, ?, t, and g followed by a page's letter. All but Ctrl-K rest while something is open over the page. */
export function useShortcuts(overlay: Overlay, show: (overlay: Overlay) => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let goUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        show('palette');
        return;
      }
      if (overlay !== null || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const page = event.timeStamp < goUntil ? allPages.find((candidate) => candidate.key === event.key) : undefined;
      goUntil = event.key === 'g' ? event.timeStamp + SECOND_KEY_MS : 0;
      if (page !== undefined) void navigate({ to: page.to });
      else if (event.key === '?') show('shortcuts');
      else if (event.key === '/') {
        event.preventDefault();
        show('palette');
      } else if (event.key === 't') setScheme(document.documentElement.dataset.scheme === 'dark' ? 'light' : 'dark');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate, overlay, show]);
}

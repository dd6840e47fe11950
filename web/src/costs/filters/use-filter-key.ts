import { useEffect, useRef } from 'react';

/** Calls when `f` is pressed outside of a text field. */
export function useFilterKey(call: () => void): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const typing =
        target instanceof HTMLElement && target.closest('input, select, textarea, dialog, [role="dialog"]') !== null;
      if (event.key !== 'f' || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

import { type KeyboardEvent, useRef, useState } from 'react';

const PAGE_ROWS = 10;

/** Keys of a long table: they move the focused row and act on it. */
export function useGridKeys(count: number, open: (index: number) => void, mark: (index: number) => void) {
  const scroll = useRef<HTMLElement>(null);
  const [focused, setFocused] = useState<number | null>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || count === 0) return;
    const at = focused ?? -1;
    const to = movedTo(event.key, at, count);
    if (to !== null) setFocused(to);
    else if (event.key === 'Enter' && focused !== null) open(focused);
    else if (event.key === ' ' && focused !== null) mark(focused);
    else return;
    event.preventDefault();
  };
  return { scroll, focused: focused !== null && focused < count ? focused : null, setFocused, onKeyDown };
}

/** The row that a key leads to; null when it is no key of the table. */
export function movedTo(key: string, at: number, count: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: PAGE_ROWS,
    PageUp: -PAGE_ROWS,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(count - 1, at + step));
}

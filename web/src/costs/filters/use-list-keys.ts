import { type KeyboardEvent, useRef } from 'react';

/** Arrow keys move the focus from a search field through the `data-item` elements of the list below it, and back. */
export function useListKeys() {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
    if (step === 0 || items.length === 0) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement as HTMLElement) + step;
    if (at < 0) event.currentTarget.querySelector('input')?.focus();
    else items[Math.min(at, items.length - 1)]?.focus();
  };
  return { list, onKeyDown };
}

import { useEffect, useRef } from 'react';

/** Least visible height of the opened element, in pixels. */
const LEAST_SEEN_PX = 240;

/** Brings the beginning of an element into sight when `key` changes, if it is not; not when the page is first shown. */
export function useBroughtIntoSight<E extends HTMLElement>(key: string | undefined) {
  const ref = useRef<E>(null);
  const before = useRef(key);
  useEffect(() => {
    const element = ref.current;
    if (before.current === key) return;
    before.current = key;
    if (element === null) return;
    const missing = element.getBoundingClientRect().top + LEAST_SEEN_PX - window.innerHeight;
    if (missing > 0) window.scrollBy({ top: missing });
  }, [key]);
  return ref;
}

import { type RefObject, useEffect, useRef, useState } from 'react';

/** True if an element's content is wider than the element: then it scrolls, and must be reachable by keyboard. */
export function useOverflowing<E extends HTMLElement>(): { ref: RefObject<E | null>; overflowing: boolean } {
  const ref = useRef<E>(null);
  const [overflowing, setOverflowing] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = new ResizeObserver(() => setOverflowing(element.scrollWidth > element.clientWidth));
    measure.observe(element);
    for (const child of element.children) measure.observe(child);
    return () => measure.disconnect();
  }, []);
  return { ref, overflowing };
}

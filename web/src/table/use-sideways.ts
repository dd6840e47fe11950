import { type RefObject, useEffect, useState } from 'react';

/** True while there are columns beyond the right edge of a scrolled table. */
export function useSideways(scroll: RefObject<HTMLElement | null>): boolean {
  const [hasMore, setHasMore] = useState(false);
  useEffect(() => {
    const element = scroll.current;
    if (element === null) return undefined;
    const measure = () => setHasMore(element.scrollLeft + element.clientWidth < element.scrollWidth - 1);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, [scroll]);
  return hasMore;
}

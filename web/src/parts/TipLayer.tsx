import { useEffect, useRef } from 'react';
import styles from './parts.module.css';
import { tipPlace } from './tip-place.ts';

/**
 * Shows the `data-tip` of whatever is pointed at or has the focus. One layer for the page: a table of a thousand
 * figures needs no thousand tooltips. Escape hides it.
 */
export function TipLayer() {
  const tip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const layer = tip.current;
    if (layer === null) return undefined;
    let visible: HTMLElement | null = null;
    const hide = () => {
      visible = null;
      layer.hidePopover();
    };
    const place = (source: HTMLElement) => {
      const { left, top } = tipPlace(source.getBoundingClientRect(), layer.getBoundingClientRect(), window);
      layer.style.left = `${left}px`;
      layer.style.top = `${top}px`;
    };
    const show = (event: Event) => {
      const source = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null;
      const text = source?.dataset.tip;
      if (source === null || text === undefined || text === '') return hide();
      visible = source;
      layer.textContent = text;
      layer.showPopover();
      place(source);
    };
    // Focus by Tab may scroll the element into view; its tooltip follows.
    const onScroll = () => {
      if (visible !== null && visible === document.activeElement) place(visible);
      else hide();
    };
    const onFocus = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(':focus-visible')) show(event);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') hide();
    };
    document.addEventListener('pointerover', show);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('focusout', hide);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('scroll', onScroll, true);
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('pointerover', show);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('focusout', hide);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('scroll', onScroll, true);
      document.removeEventListener('keydown', onKey);
    };
  }, []);
  return <div ref={tip} popover="manual" className={styles.tip} role="tooltip" />;
}

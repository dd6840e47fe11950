import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import styles from './menu.module.css';

interface MenuProps {
  /** Accessible name of the button. */
  readonly label: string;
  /** Content of the button. */
  readonly trigger: ReactNode;
  readonly className?: string | undefined;
  readonly testId?: string;
  readonly tip?: string;
  /** Links, buttons and texts of the menu. */
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens a small panel below it; Escape and leaving it close it. */
export function Menu({ label, trigger, className, testId, tip, children }: MenuProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const close = () => setOpen(false);
  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && root.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [open]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return;
    event.stopPropagation();
    close();
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and focus of the button and the panel in it
    <div
      ref={root}
      className={styles.menu}
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        // Without a target, a pressed button was disabled or removed: the menu stays.
        if (event.relatedTarget !== null && !event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <button
        ref={button}
        type="button"
        className={className}
        aria-expanded={open}
        aria-controls={id}
        data-testid={testId}
        data-tip={open ? undefined : tip}
        onClick={() => setOpen(!open)}
      >
        {trigger}
        <span className="visually-hidden">{label}</span>
      </button>
      {open && (
        <div id={id} className={styles.panel} tabIndex={-1}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

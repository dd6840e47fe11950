import { type ReactNode, useEffect, useRef } from 'react';
import styles from './parts.module.css';

interface DialogProps {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string | undefined;
  /** `side` is a drawer along the right edge. */
  readonly place?: 'centre' | 'top' | 'side';
}

/** The browser's modal dialog: it keeps the focus, closes on Escape and on a click outside. */
export function Dialog({ label, onClose, children, className, place = 'centre' }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    if (element?.open === false) element.showModal();
    return () => {
      element?.close();
      if (opener instanceof HTMLElement) opener.focus({ preventScroll: true });
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser closes a modal dialog on Escape
    <dialog
      ref={dialog}
      aria-label={label}
      className={`${styles.dialog} ${styles[place] ?? ''} ${className ?? ''}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}

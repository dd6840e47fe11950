import type { KeyboardEvent, ReactNode } from 'react';
import { Dialog } from './Dialog.tsx';
import styles from './form-dialog.module.css';
import parts from './parts.module.css';

interface FormDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Label of the submit button, and its label while the request is pending. */
  readonly act: string;
  readonly acting?: string;
  readonly cancel?: string;
  readonly width?: 'narrow' | 'middle' | 'wide';
  readonly ready?: boolean;
  readonly pending: boolean;
  /** Error of the server; the input is kept. */
  readonly error: Error | null;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
}

/** A dialog with a form: Enter in a line or Ctrl-Enter anywhere submits it, once and only when it is ready. */
export function FormDialog(props: FormDialogProps) {
  const { title, children, act, acting = act, cancel = 'Cancel', width = 'narrow' } = props;
  const { ready = true, pending, error, onSubmit, onClose } = props;
  const submit = () => {
    if (ready && !pending) onSubmit();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <form
        className={`${styles.form} ${styles[width]}`}
        onKeyDown={onKey}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <h2 className={styles.title}>{title}</h2>
        {children}
        {error !== null && (
          <p className={parts.refused} role="alert">
            {error.message}
          </p>
        )}
        <div className={styles.buttons}>
          <button type="button" className={parts.button} onClick={onClose}>
            {cancel}
          </button>
          <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={!ready || pending}>
            {pending ? acting : act} <span aria-hidden="true">Ctrl ↵</span>
          </button>
        </div>
      </form>
    </Dialog>
  );
}

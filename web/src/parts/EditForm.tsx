import { type KeyboardEvent, useId, useState } from 'react';
import styles from './parts.module.css';

interface EditFormProps {
  readonly label: string;
  readonly initial: string;
  readonly pending: boolean;
  /** Error of the last attempt to save; the typed text is kept. */
  readonly error: string | undefined;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
  /** Several lines: Ctrl-Enter saves. In one line Enter does too. */
  readonly multiline?: boolean;
  readonly hint?: string;
}

/** A text that is edited in place: Ctrl-Enter saves, Escape cancels. */
export function EditForm(props: EditFormProps) {
  const { label, initial, pending, error, onSave, onCancel, multiline = false, hint } = props;
  const id = useId();
  const [text, setText] = useState(initial);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onCancel();
    else if (event.key === 'Enter' && (!multiline || event.ctrlKey || event.metaKey)) onSave(text);
    else return;
    event.preventDefault();
  };
  const field = {
    'aria-label': label,
    'aria-describedby': `${id}-message`,
    'aria-invalid': error !== undefined,
    value: text,
    autoFocus: true,
    onKeyDown,
  };
  return (
    <form
      className={styles.edit}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(text);
      }}
    >
      {multiline ? (
        <textarea {...field} rows={6} className={styles.area} onChange={(event) => setText(event.target.value)} />
      ) : (
        <input {...field} className={styles.line} onChange={(event) => setText(event.target.value)} />
      )}
      <p id={`${id}-message`} className={error === undefined ? styles.note : styles.refused} role={error && 'alert'}>
        {error ?? hint}
      </p>
      <div className={styles.cardActions}>
        <button type="submit" className={`${styles.button} ${styles.primary}`} disabled={pending}>
          {pending ? 'Saving…' : 'Save'}
        </button>
        <button type="button" className={styles.button} onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

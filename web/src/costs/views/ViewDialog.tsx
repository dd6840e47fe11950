import { type FormEvent, useId, useState } from 'react';
import { Dialog } from '../../parts/Dialog.tsx';
import parts from '../../parts/parts.module.css';
import styles from './views.module.css';

const MAX_LENGTH = 80;

interface ViewDialogProps {
  readonly title: string;
  readonly name: string;
  /** True if a view of that name would be replaced. */
  readonly replaces: (name: string) => boolean;
  readonly onName: (name: string) => void;
  readonly onClose: () => void;
}

/** Form for the name of a view. */
export function ViewDialog({ title, name: given, replaces, onName, onClose }: ViewDialogProps) {
  const id = useId();
  const [name, setName] = useState(given);
  const wanted = name.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (wanted !== '') onName(wanted);
  };
  return (
    <Dialog label={title} onClose={onClose}>
      <form className={styles.dialog} onSubmit={submit}>
        <h2>{title}</h2>
        <label htmlFor={id}>Name</label>
        <input
          id={id}
          className={styles.name}
          autoFocus
          maxLength={MAX_LENGTH}
          value={name}
          onChange={(event) => setName(event.target.value)}
          aria-describedby={`${id}-note`}
        />
        <p id={`${id}-note`} className={styles.note}>
          {replaces(wanted)
            ? 'A view of this name is replaced; that can be undone.'
            : 'Grouping, filters, metric and columns. The period stays the one in view. Share the view under Views in the top bar.'}
        </p>
        <div className={styles.dialogActs}>
          <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={wanted === ''}>
            {replaces(wanted) ? 'Replace' : 'Save'}
          </button>
          <button type="button" className={parts.button} onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

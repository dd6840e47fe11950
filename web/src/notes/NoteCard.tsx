import { useState } from 'react';
import { Card } from '../parts/Card.tsx';
import { EditForm } from '../parts/EditForm.tsx';
import parts from '../parts/parts.module.css';
import { Markdown } from './Markdown.tsx';
import styles from './notes.module.css';

interface NoteCardProps {
  /** Owner of the note: "this run". */
  readonly of: string;
  readonly text: string | null;
  /** Why it cannot be changed now; undefined when it can. */
  readonly locked?: string | undefined;
  readonly pending: boolean;
  readonly error: string | undefined;
  /** Called when the text is opened for changing. */
  readonly onOpen: () => void;
  /** '' takes the note away. Resolves when it is saved. */
  readonly onSave: (text: string) => Promise<unknown>;
}

/** A note that is edited in place. */
export function NoteCard({ of, text, locked, pending, error, onOpen, onSave }: NoteCardProps) {
  const [editing, setEditing] = useState(false);
  const edit = () => {
    onOpen();
    setEditing(true);
  };
  const save = (next: string) =>
    void onSave(next.trim()).then(
      () => setEditing(false),
      () => undefined,
    );
  return (
    <Card
      title="Notes"
      actions={
        !editing &&
        locked === undefined && (
          <button type="button" className={parts.button} onClick={edit}>
            {text === null ? 'Write a note' : 'Edit the note'}
          </button>
        )
      }
    >
      {editing ? (
        <EditForm
          label={`Note on ${of}`}
          initial={text ?? ''}
          multiline
          pending={pending}
          error={error}
          hint="Markdown. Ctrl-Enter saves, Escape cancels."
          onSave={save}
          onCancel={() => setEditing(false)}
        />
      ) : text === null ? (
        <p className={styles.none}>No note on {of} yet.</p>
      ) : (
        <Markdown text={text} />
      )}
    </Card>
  );
}

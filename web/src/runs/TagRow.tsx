import { useState } from 'react';
import { EditForm } from '../parts/EditForm.tsx';
import parts from '../parts/parts.module.css';
import { TagValue } from '../parts/TagValue.tsx';
import { LongText } from './LongText.tsx';
import styles from './runs.module.css';
import type { EditedRun } from './use-edit-run.ts';

interface TagRowProps {
  readonly tag: string;
  readonly value: string;
  /** All tags of the run, because some values need a second tag for their link. */
  readonly tags: Readonly<Record<string, string>>;
  /** undefined: it is only shown. */
  readonly editing: EditedRun | undefined;
}

/** One tag, edited or removed in place. */
export function TagRow({ tag, value, tags, editing }: TagRowProps) {
  const [open, setOpen] = useState(false);
  const back = { tags: { [tag]: value } };
  const save = (text: string) => {
    const wanted = { edit: { tags: { [tag]: text } }, text: `The tag ${tag} was ${value} and is ${text} now.`, back };
    editing?.change.mutate(wanted, { onSuccess: () => setOpen(false) });
  };
  return (
    <tr>
      <th scope="row" className={styles.keyCell}>
        <code>{tag}</code>
      </th>
      <td className={styles.value}>
        {open && editing !== undefined ? (
          <EditForm
            label={`Value of ${tag}`}
            initial={value}
            pending={editing.change.isPending}
            error={editing.change.error?.message}
            onSave={save}
            onCancel={() => setOpen(false)}
          />
        ) : (
          <TagValue name={tag} tags={tags}>
            <LongText text={value} />
          </TagValue>
        )}
      </td>
      {editing !== undefined && (
        <td className={styles.acts}>
          {!open && (
            <>
              <button
                type="button"
                className={parts.plain}
                aria-label={`Change ${tag}`}
                onClick={() => {
                  editing.change.reset();
                  setOpen(true);
                }}
              >
                Change
              </button>
              <button
                type="button"
                className={parts.plain}
                aria-label={`Remove ${tag}`}
                disabled={editing.change.isPending}
                onClick={() =>
                  editing.change.mutate({ edit: { tags: { [tag]: null } }, text: `The tag ${tag} was removed.`, back })
                }
              >
                Remove
              </button>
            </>
          )}
        </td>
      )}
    </tr>
  );
}

import { type KeyboardEvent, useId, useState } from 'react';
import parts from '../parts/parts.module.css';
import styles from './runs.module.css';
import type { EditedRun } from './use-edit-run.ts';

interface NewTagProps {
  readonly tags: Readonly<Record<string, string>>;
  readonly editing: EditedRun;
  readonly onClose: () => void;
}

/** A tag that the run does not have yet; one that it has gets the new value. */
export function NewTag({ tags, editing: { change }, onClose }: NewTagProps) {
  const id = useId();
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
  };
  const save = () => {
    const tag = key.trim();
    if (tag === '') return;
    const before = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
    change.mutate(
      {
        edit: { tags: { [tag]: value } },
        text: `The tag ${tag} is ${value}.`,
        back: { tags: { [tag]: before ?? null } },
      },
      { onSuccess: onClose },
    );
  };
  return (
    <form
      className={styles.newTag}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <input
        className={parts.line}
        aria-label="Tag"
        aria-describedby={`${id}-message`}
        placeholder="steelyard.team"
        required
        // biome-ignore lint/a11y/noAutofocus: the field appears in answer to a click that asks for it
        autoFocus
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <input
        className={parts.line}
        aria-label="Value of the new tag"
        placeholder="search"
        value={value}
        onChange={(event) => setValue(event.target.value)}
      />
      <button type="submit" className={`${parts.button} ${parts.primary}`} disabled={change.isPending}>
        Save
      </button>
      <button type="button" className={parts.button} onClick={onClose}>
        Cancel
      </button>
      {change.error !== null && (
        <p id={`${id}-message`} className={parts.refused} role="alert">
          {change.error.message}
        </p>
      )}
    </form>
  );
}

import type { ReactNode } from 'react';
import parts from '../parts/parts.module.css';
import type { Path } from './document.ts';
import styles from './document-form.module.css';
import type { DocumentForm } from './use-document-form.ts';

interface ListPartProps {
  readonly form: Pick<DocumentForm<unknown>, 'get' | 'set' | 'findProblem'>;
  readonly path: Path;
  readonly title: string;
  /** One entry, for its buttons: `quality check`. */
  readonly what: string;
  readonly blank: unknown;
  /** Fields of the entry at a path. */
  readonly entry: (path: Path) => ReactNode;
}

/** A list of entries of a document, each with its fields; entries are added at the end and removed. */
export function ListPart({ form, path, title, what, blank, entry }: ListPartProps) {
  const value = form.get(path);
  const count = Array.isArray(value) ? value.length : 0;
  return (
    <fieldset className={styles.part}>
      <legend>{title}</legend>
      <div>
        {Array.from({ length: count }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry has no identity but its place
          <div key={index} className={styles.item}>
            <div className={styles.fields}>{entry([...path, index])}</div>
            <button
              type="button"
              className={parts.button}
              aria-label={`Remove ${what} ${index + 1}`}
              onClick={() => form.set([...path, index], undefined)}
            >
              Remove
            </button>
          </div>
        ))}
        <button
          type="button"
          className={parts.button}
          onClick={() => (count === 0 ? form.set(path, [blank]) : form.set([...path, count], blank))}
        >
          Add {what}
        </button>
      </div>
    </fieldset>
  );
}

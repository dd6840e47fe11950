import { useId } from 'react';
import parts from '../parts/parts.module.css';
import styles from './document-form.module.css';
import { ProblemList } from './ProblemList.tsx';
import type { DocumentForm } from './use-document-form.ts';

const EXTRA_ROWS = 2;

interface YamlFieldProps {
  readonly what: string;
  readonly form: Pick<DocumentForm<unknown>, 'text' | 'setText' | 'read'>;
}

/** The document as YAML text with its errors. */
export function YamlField({ what, form: { text, setText, read } }: YamlFieldProps) {
  const id = useId();
  return (
    <div className={styles.yaml}>
      <textarea
        className={styles.text}
        aria-label={`YAML of ${what}`}
        aria-invalid={read.problems.length > 0}
        aria-describedby={id}
        spellCheck={false}
        rows={text.split('\n').length + EXTRA_ROWS}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div id={id} aria-live="polite">
        {read.problems.length === 0 ? (
          <p className={parts.note}>Valid. The form has the same values.</p>
        ) : (
          <ProblemList problems={read.problems} />
        )}
      </div>
    </div>
  );
}

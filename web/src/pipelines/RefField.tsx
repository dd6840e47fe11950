import { useId } from 'react';
import layout from '../parts/layout.module.css';
import parts from '../parts/parts.module.css';
import styles from './pipelines.module.css';

interface RefFieldProps {
  /** Value when the field is empty. */
  readonly before: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Which branch, tag or commit of the source is run. */
export function RefField({ before, value, onChange }: RefFieldProps) {
  const id = useId();
  return (
    <label className={styles.field} htmlFor={id}>
      <span>
        Code <span className={layout.quiet}>branch, tag or commit</span>
      </span>
      <input
        id={id}
        className={parts.line}
        autoComplete="off"
        spellCheck={false}
        placeholder={before}
        maxLength={250}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

import styles from './parts.module.css';
import { saveText } from './save-file.ts';

interface CsvButtonProps {
  readonly name: string;
  /** Content of the file for a screen reader: "the decisions". */
  readonly what: string;
  readonly text: () => string;
}

/** Saves the content as CSV, with exact figures. */
export function CsvButton({ name, what, text }: CsvButtonProps) {
  return (
    <button type="button" className={styles.button} onClick={() => saveText(`${name}.csv`, 'text/csv', text())}>
      CSV<span className="visually-hidden"> of {what}</span>
    </button>
  );
}

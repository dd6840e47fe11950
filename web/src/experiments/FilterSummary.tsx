import styles from './experiments.module.css';

interface FilterSaidProps {
  readonly id: string;
  /** Error of a filter that was submitted. */
  readonly alert: string | undefined;
  /** Error of the text that is being typed. */
  readonly hint: string | undefined;
  /** The searched part of a name. */
  readonly name: string | undefined;
}

/** Message below the filter field. */
export function FilterSummary({ id, alert, hint, name }: FilterSaidProps) {
  if (alert !== undefined) {
    return (
      <p id={id} className={styles.filterSaid} role="alert">
        {alert}
      </p>
    );
  }
  const quiet =
    hint === undefined ? (name === undefined ? '' : `Runs with “${name}” in their name.`) : `Not yet: ${hint}`;
  return (
    <p id={id} className={`${styles.filterSaid} ${styles.filterQuiet}`}>
      {quiet}
    </p>
  );
}

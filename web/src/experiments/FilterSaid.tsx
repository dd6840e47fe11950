import styles from './experiments.module.css';

interface FilterSaidProps {
  readonly id: string;
  /** What cannot be read of what was asked for. */
  readonly alert: string | undefined;
  /** What cannot be read yet of what is being typed. */
  readonly hint: string | undefined;
  /** A part of a name that is looked for. */
  readonly name: string | undefined;
}

/** What is said of the filter, under it. */
export function FilterSaid({ id, alert, hint, name }: FilterSaidProps) {
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

import styles from './runs.module.css';

/** Legend of the small marks next to a cost. */
export function CostLegend() {
  return (
    <p className={styles.legend}>
      <span className={styles.basis}>m</span> metered: usage times price <span className={styles.basis}>r</span>{' '}
      reconciled with the bill <span className={styles.basis}>a</span> allocated by rules
    </p>
  );
}

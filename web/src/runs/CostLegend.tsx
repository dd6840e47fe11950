import styles from './runs.module.css';

/** What the small marks beside a cost mean. */
export function CostLegend() {
  return (
    <p className={styles.legend}>
      <span className={styles.basis}>m</span> metered: usage times price <span className={styles.basis}>r</span>{' '}
      reconciled with the bill <span className={styles.basis}>a</span> allocated by rules
    </p>
  );
}

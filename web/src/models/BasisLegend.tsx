import styles from './models.module.css';

/** Legend of the small marks next to a cost. */
export function BasisLegend() {
  return (
    <p className={styles.legend}>
      <span className={styles.basis}>m</span> metered: usage times price <span className={styles.basis}>b</span> billed{' '}
      <span className={styles.basis}>r</span> reconciled
    </p>
  );
}

import styles from './monitoring.module.css';

/** Legend of the colours and the dot of the strip. */
export function StripLegend() {
  return (
    <p className={styles.stripLegend}>
      <span className={styles.legendCells} aria-hidden="true">
        {['seq0', 'seq1'].map((name) => (
          <span key={name} className={`${styles.cell} ${styles[name] ?? ''}`} />
        ))}
      </span>
      no drift
      <span className={styles.legendCells} aria-hidden="true">
        {['seq2', 'seq3', 'seq4'].map((name) => (
          <span key={name} className={`${styles.cell} ${styles[name] ?? ''}`}>
            <span className={styles.drifted} />
          </span>
        ))}
      </span>
      drifted, darker is stronger
      <span className={styles.legendCells} aria-hidden="true">
        <span className={`${styles.cell} ${styles.unsaid ?? ''}`} />
      </span>
      inconclusive
    </p>
  );
}

import styles from './deliveries.module.css';

/**
 * A change as a bar from the middle: to the right for an increase, to the left for a decrease. The figure is shown next
 * to it.
 */
export function DeltaBar({ ratio }: { readonly ratio: number }) {
  if (ratio === 0) return <span className={styles.deltaBar} aria-hidden="true" />;
  const width = `${Math.abs(ratio) * 50}%`;
  return (
    <span className={styles.deltaBar} aria-hidden="true">
      <span style={{ width, ...(ratio < 0 ? { right: '50%' } : { left: '50%' }) }} />
    </span>
  );
}

import styles from './deliveries.module.css';

/** A change as a bar from the middle: to the right when it grew, to the left when it shrank. The figure stands beside it. */
export function DeltaBar({ ratio }: { readonly ratio: number }) {
  if (ratio === 0) return <span className={styles.deltaBar} aria-hidden="true" />;
  const width = `${Math.abs(ratio) * 50}%`;
  return (
    <span className={styles.deltaBar} aria-hidden="true">
      <span style={{ width, ...(ratio < 0 ? { right: '50%' } : { left: '50%' }) }} />
    </span>
  );
}

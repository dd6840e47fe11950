import type { CheckScale } from './check-scale.ts';
import styles from './optimizations.module.css';

const percent = (value: number) => `${value}%`;

/** The accepted side of the margin thick, the estimate as a dot with its interval. Larger is better. */
export function CheckInterval({ scale, isCost }: { readonly scale: CheckScale; readonly isCost: boolean }) {
  const { bound, estimate, lower, upper } = scale;
  return (
    <svg
      className={`${styles.interval} ${isCost ? styles.cost : styles.quality}`}
      width="100%"
      height="20"
      aria-hidden="true"
    >
      <line x1="0" x2="100%" y1="10" y2="10" className={styles.axis} />
      <line x1={percent(bound)} x2="100%" y1="10" y2="10" className={styles.accepted} />
      <line x1={percent(bound)} x2={percent(bound)} y1="2" y2="18" className={styles.bound} />
      {lower !== null && upper !== null && (
        <line x1={percent(lower)} x2={percent(upper)} y1="10" y2="10" className={styles.whisker} />
      )}
      {isCost ? (
        <svg x={percent(estimate)} y="5" width="10" height="10" overflow="visible" aria-hidden="true">
          <rect x="-5" y="0" width="10" height="10" rx="1" className={styles.dot} />
        </svg>
      ) : (
        <circle cx={percent(estimate)} cy="10" r="5" className={styles.dot} />
      )}
    </svg>
  );
}

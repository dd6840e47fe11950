import styles from './parts.module.css';

/** An unknown value: a dash, never 0 and never blank, with the reason on hover and for a screen reader. */
export function Unknown({ reason }: { readonly reason: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable without a mouse
    <span className={styles.unknown} data-tip={reason} tabIndex={0}>
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">unknown: {reason}</span>
    </span>
  );
}

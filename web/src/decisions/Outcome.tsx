import styles from './decisions.module.css';

/** Result of a check: sign and word first, colour second. */
export function Outcome({ holds }: { readonly holds: boolean | null }) {
  if (holds === null) return <span className={styles.unknown}>? inconclusive</span>;
  return holds ? <span className={styles.holds}>✓ passes</span> : <span className={styles.fails}>✕ fails</span>;
}

import styles from './health.module.css';

/** Reasons of a status, the gravest first. */
export function ReasonList({ reasons }: { readonly reasons: readonly string[] }) {
  return (
    <ul className={styles.list}>
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}

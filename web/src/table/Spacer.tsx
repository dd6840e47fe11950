import styles from './table.module.css';

/** Keeps the height of the rows that are out of sight. */
export function Spacer({ height }: { readonly height: number }) {
  return (
    <tr className={styles.spacer}>
      <td style={{ height }} />
    </tr>
  );
}

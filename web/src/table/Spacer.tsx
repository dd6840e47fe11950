import styles from './table.module.css';

/** Reserves the height of the rows outside of the view. */
export function Spacer({ height }: { readonly height: number }) {
  return (
    <tr className={styles.spacer}>
      <td style={{ height }} />
    </tr>
  );
}

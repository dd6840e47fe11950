import { Unknown } from '../parts/Unknown.tsx';
import styles from './deliveries.module.css';
import { textChange } from './text-change.ts';

interface ChangedValueProps {
  readonly value: string | null;
  readonly other: string | null;
  readonly side: 'before' | 'after';
}

/** A value with the part that differs marked. */
export function ChangedValue({ value, other, side }: ChangedValueProps) {
  if (value === null) return <Unknown reason="Empty in the bill." />;
  const { start, gone, come, end } =
    side === 'before' ? textChange(value, other ?? '') : textChange(other ?? '', value);
  return (
    <span className={styles.value}>
      {start}
      {side === 'before' ? <del className={styles.gone}>{gone}</del> : <ins className={styles.come}>{come}</ins>}
      {end}
    </span>
  );
}

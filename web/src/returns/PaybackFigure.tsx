import type { Payback } from '../../../src/tradeoff/returns/schema.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { formatPayback, formatPaybackRange } from './payback-text.ts';
import styles from './returns.module.css';

/** The day of the payback; an estimate has its range below it. */
export function PaybackFigure({ payback }: { readonly payback: Payback }) {
  const text = formatPayback(payback);
  const range = formatPaybackRange(payback);
  if (text === null) return <Unknown reason={payback.reason ?? 'no payback is known'} />;
  return (
    <span className={styles.payback}>
      {text}
      {range !== null && <span className={styles.range}>{range}</span>}
    </span>
  );
}

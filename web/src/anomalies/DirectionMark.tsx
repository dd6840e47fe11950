import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import styles from './anomalies.module.css';
import { kindWord, MEASURES } from './words.ts';

/** Direction and kind of the anomaly as an arrow and a word. The measure follows unless it is cost. */
export function DirectionMark({ anomaly }: { readonly anomaly: Anomaly }) {
  const { direction, measure } = anomaly;
  const isOver = direction === 'over';
  return (
    <span className={styles.nowrap}>
      <span aria-hidden="true">{isOver ? '▲' : '▼'} </span>
      {kindWord(anomaly)}
      <span className="visually-hidden">, {isOver ? 'above' : 'below'} the expected amount</span>
      {measure === 'cost' ? '' : ` in ${MEASURES[measure]}`}
    </span>
  );
}

import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import styles from './beam.module.css';

interface WeightProps {
  readonly side: Check['side'];
  readonly holds: boolean | null;
  readonly number: number;
  readonly x: number;
  readonly y: number;
}

const SIZE = 26;

/**
 * One check as a weight: round for quality, square for cost; filled when it holds, hollow with a cross when it does
 * not, dashed when unknown.
 */
export function Weight({ side, holds, number, x, y }: WeightProps) {
  const style = holds === null ? styles.unknown : holds ? styles.holds : styles.fails;
  return (
    <g className={side === 'quality' ? styles.quality : styles.cost}>
      {side === 'quality' ? (
        <circle cx={x} cy={y} r={SIZE / 2} className={style} />
      ) : (
        <rect x={x - SIZE / 2} y={y - SIZE / 2} width={SIZE} height={SIZE} rx="3" className={style} />
      )}
      <text x={x} y={y + 4.5} textAnchor="middle" className={holds === true ? styles.numberOn : styles.number}>
        {holds === null ? '?' : number}
      </text>
      {holds === false && (
        <g className={styles.badge}>
          <circle cx={x + 11} cy={y - 11} r="7" />
          <path d={`M${x + 8.4} ${y - 13.6}l5.2 5.2m0 -5.2l-5.2 5.2`} />
        </g>
      )}
    </g>
  );
}

import styles from './charts.module.css';

interface SparkProps {
  readonly values: readonly (number | null)[];
  /** A figure apart from the course, as a dot at its end. */
  readonly dot?: number | null | undefined;
}

const WIDTH = 96;
const HEIGHT = 24;
const INSET = 2;

/** The course of a figure as a sparkline; its figures are shown next to it. */
export function Spark({ values, dot = null }: SparkProps) {
  const known = [...values, dot].filter((value) => value !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = (WIDTH - 2 * INSET) / Math.max(1, values.length - 1);
  const place = (value: number) => HEIGHT - INSET - ((value - low) / span) * (HEIGHT - 2 * INSET);
  let pen = 'M';
  const path = values.map((value, index) => {
    if (value === null) {
      pen = 'M';
      return '';
    }
    const command = `${pen}${(INSET + index * step).toFixed(1)} ${place(value).toFixed(1)}`;
    pen = 'L';
    return command;
  });
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.spark} aria-hidden="true">
      <path d={path.join('')} fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" />
      {dot !== null && <circle cx={WIDTH - INSET} cy={place(dot)} r={INSET} className={styles.sparkDot} />}
    </svg>
  );
}

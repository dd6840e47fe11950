import styles from './runs.module.css';

interface SparkProps {
  readonly values: readonly (number | null)[];
}

const WIDTH = 96;
const HEIGHT = 24;
const INSET = 2;

/** The course of a metric as a sparkline; its figures are shown next to it. */
export function Spark({ values }: SparkProps) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = (WIDTH - 2 * INSET) / Math.max(1, values.length - 1);
  let pen = 'M';
  const path = values.map((value, index) => {
    if (value === null) {
      pen = 'M';
      return '';
    }
    const y = HEIGHT - INSET - ((value - low) / span) * (HEIGHT - 2 * INSET);
    const command = `${pen}${(INSET + index * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
    return command;
  });
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={styles.spark} aria-hidden="true">
      <path d={path.join('')} fill="none" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" />
    </svg>
  );
}

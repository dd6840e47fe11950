import { formatMeasured } from '../format/number.ts';
import styles from './parts.module.css';
import { Unknown } from './Unknown.tsx';

interface MeasuredFigureProps {
  /** Exact decimal; null when unknown, with the reason in `reason`. */
  readonly value: string | null;
  readonly unit: string;
  readonly reason: string;
  readonly interval?: { readonly lower: string; readonly upper: string } | null | undefined;
  readonly hideUnit?: boolean;
  /** A difference: a gain has its sign. */
  readonly isDifference?: boolean;
}

/** A measured value with unit and interval: `0.3291 (0.3251 to 0.3331)`. */
export function MeasuredFigure(props: MeasuredFigureProps) {
  const { value, unit, reason, interval, hideUnit = false, isDifference = false } = props;
  if (value === null) return <Unknown reason={reason} />;
  const text = formatMeasured(value, unit);
  return (
    <span className={styles.measured}>
      <data value={value} data-tip={text.exact}>
        {isDifference && Number(value) > 0 && '+'}
        {text.figure}
      </data>
      {interval != null && interval.lower !== interval.upper && (
        <span className={styles.interval}>
          {' '}
          ({formatMeasured(interval.lower, unit, value).figure} to {formatMeasured(interval.upper, unit, value).figure})
        </span>
      )}
      {!hideUnit && text.unit !== '' && <span className={styles.unit}> {text.unit}</span>}
    </span>
  );
}

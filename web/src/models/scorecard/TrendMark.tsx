import styles from './scorecard.module.css';
import { type Measure, type MeasureName, rangeText, trendText } from './words.ts';

interface TrendMarkProps {
  readonly name: MeasureName;
  readonly measure: Measure;
}

/** Change of a measure from as many days before: arrow, figure and word; the reason on hover where it is unknown. */
export function TrendMark({ name, measure }: TrendMarkProps) {
  const text = trendText(name, measure);
  const { window, meaning, reason } = measure.trend;
  if (text === null)
    return measure.value === null ? null : (
      <span className={`${styles.trend} ${styles.noTrend}`} data-tip={`Change unknown: ${reason}.`}>
        no comparison
      </span>
    );
  const before = window === null ? 'the preceding days' : rangeText(window);
  return (
    <span
      className={`${styles.trend} ${meaning === null ? '' : (styles[meaning] ?? '')}`}
      data-tip={`Against ${before}.`}
    >
      {text}
    </span>
  );
}

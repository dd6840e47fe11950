import type { ShownQuality } from '../../../src/mlops/monitors/schema.ts';
import { formatMeasure } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './monitoring.module.css';
import { NO_LABELS } from './words.ts';

interface QualityShownProps {
  readonly quality: ShownQuality;
  readonly named?: boolean;
}

/** A measure of quality with its interval; an estimate is marked. */
export function QualityEstimate({
  quality: { metric, value, lower, upper, estimated, sampleSize },
  named = false,
}: QualityShownProps) {
  if (value === null) return <Unknown reason={NO_LABELS} />;
  const over = `${value} over ${sampleSize} ${estimated ? 'predictions, without their labels' : 'labeled predictions'}`;
  return (
    <span className={styles.quality}>
      {named && <span className={styles.metric}>{metric} </span>}
      <data value={String(value)} data-tip={over}>
        {formatMeasure(value)}
      </data>
      {lower !== null && upper !== null && (
        <span className={styles.interval}>
          {' '}
          ({formatMeasure(lower)} to {formatMeasure(upper)})
        </span>
      )}
      {estimated && (
        <abbr className={styles.estimated} data-tip="Estimated: the labels are not known yet">
          e
        </abbr>
      )}
    </span>
  );
}

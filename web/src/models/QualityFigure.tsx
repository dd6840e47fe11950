import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './models.module.css';

interface QualityFigureProps {
  /** null: there is no version to ask about. */
  readonly version: VersionEvidence | null;
  readonly metric: string;
  readonly reason?: string;
}

/** A metric of a version with its interval: `0.3291 (0.3251 to 0.3331)`; sample size and source on hover. */
export function QualityFigure({ version, metric, reason }: QualityFigureProps) {
  const found = version?.quality.find((quality) => quality.metric === metric);
  if (found === undefined) {
    return <Unknown reason={reason ?? `The run of this version logged no metric ${formatMetricName(metric)}.`} />;
  }
  const sample = found.sampleSize === null ? '' : `, n = ${formatCount(found.sampleSize)}`;
  return (
    <span className={styles.figure}>
      <data value={String(found.value)} data-tip={`${found.value}${sample}. ${found.source}`}>
        {formatMeasure(found.value)}
      </data>
      {found.interval !== null && (
        <span className={styles.interval}>
          {' '}
          ({formatMeasure(found.interval.lower)} to {formatMeasure(found.interval.upper)})
        </span>
      )}
    </span>
  );
}

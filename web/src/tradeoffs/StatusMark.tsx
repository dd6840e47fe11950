import type { ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';
import { explainStatus, formatStatus } from './status-text.ts';
import styles from './tradeoffs.module.css';

interface StatusMarkProps {
  readonly point: Pick<ModelFrontierPoint, 'status' | 'by'>;
  readonly labels: ReadonlyMap<string, string>;
}

/** Status of a point with the mark of the chart: `tied with v5`; the reason is on hover. */
export function StatusMark({ point, labels }: StatusMarkProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the reason must be reachable without a mouse
    <span className={styles.status} data-tip={explainStatus(point, labels)} tabIndex={0}>
      <PointMark status={point.status} />
      {formatStatus(point, labels)}
    </span>
  );
}

/** The mark of a status, as on the chart. */
export function PointMark({ status }: Pick<ModelFrontierPoint, 'status'>) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className={styles[`mark-${status}`]}>
      <circle cx="6" cy="6" r="4" strokeWidth="2" />
    </svg>
  );
}

import { PointMark } from './StatusMark.tsx';
import styles from './tradeoffs.module.css';

interface FrontierLegendProps {
  readonly hasRegion: boolean;
  readonly hasPrice: boolean;
  readonly hasBaseline: boolean;
}

/** Meaning of the marks and lines of the chart. */
export function FrontierLegend({ hasRegion, hasPrice, hasBaseline }: FrontierLegendProps) {
  return (
    <ul className={styles.legend} aria-label="Legend">
      <li>
        <PointMark status="frontier" />
        frontier
      </li>
      <li>
        <PointMark status="tied" />
        tied with the point it is joined to
      </li>
      <li>
        <PointMark status="dominated" />
        dominated: another is better and not more expensive
      </li>
      {hasBaseline && (
        <li>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className={styles['mark-frontier']}>
            <path d="M6 1l5 5-5 5-5-5z" />
          </svg>
          champion
        </li>
      )}
      {hasRegion && (
        <li>
          <svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">
            <rect width="16" height="12" fill="currentColor" opacity="0.15" />
          </svg>
          accepted by the policy
        </li>
      )}
      {hasPrice && (
        <li>
          <svg width="20" height="12" viewBox="0 0 20 12" aria-hidden="true" fill="none" stroke="currentColor">
            <path d="M0 10L20 2" strokeWidth="1.4" strokeDasharray="6 3" />
          </svg>
          trade price: equal worth
        </li>
      )}
    </ul>
  );
}

import { Link } from '@tanstack/react-router';
import type { Anomaly } from '../../../src/finops/anomalies/ledger/schema.ts';
import parts from '../parts/parts.module.css';
import styles from './anomalies.module.css';
import { daysText, KINDS, titleOf } from './words.ts';

interface LanesProps {
  readonly anomalies: readonly Anomaly[];
  /** First and last day of the axis, YYYY-MM-DD. */
  readonly first: string;
  readonly last: string;
}

const MOST_LANES = 8;
const DAY_MS = 86_400_000;

/** One lane for each anomaly on the axis of days: filled where more was spent, hatched where less, hollow where it does not count. */
export function Lanes({ anomalies, first, last }: LanesProps) {
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
  const place = (day: string) => Math.min(days, Math.max(0, (Date.parse(day) - Date.parse(first)) / DAY_MS));
  const shown = anomalies.slice(0, MOST_LANES);
  return (
    <div className={styles.lanes}>
      {shown.map((anomaly) => {
        const [from, to] = [place(anomaly.start), Math.min(days, place(anomaly.end) + 1)];
        const looks = [
          styles.laneBar,
          ...(anomaly.direction === 'under' ? [styles.under] : []),
          ...(anomaly.counts ? [] : [styles.uncounted]),
        ];
        const [left, right] = [(100 * from) / days, (100 * Math.max(from + 0.2, to)) / days];
        return (
          <div key={anomaly.id} className={styles.track}>
            <div
              aria-hidden="true"
              className={looks.join(' ')}
              style={{ left: `${left}%`, width: `${right - left}%` }}
            />
            <Link
              to="/anomalies/$anomaly"
              params={{ anomaly: anomaly.id }}
              className={`${parts.textLink} ${styles.laneName}`}
              style={left + right < 100 ? { left: `calc(${right}% + 8px)` } : { right: `calc(${100 - left}% + 8px)` }}
              data-tip={anomaly.sentence}
            >
              {titleOf(anomaly)}
              <span className="visually-hidden">
                : {KINDS[anomaly.kind]}, {daysText(anomaly)}
              </span>
            </Link>
          </div>
        );
      })}
    </div>
  );
}

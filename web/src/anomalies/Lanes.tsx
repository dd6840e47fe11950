import { Link } from '@tanstack/react-router';
import type { Anomaly } from '../../../src/finops/anomalies/ledger/schema.ts';
import { formatDay } from '../format/time.ts';
import parts from '../parts/parts.module.css';
import styles from './anomalies.module.css';
import { daysText, KINDS, sliceName } from './words.ts';

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
        return (
          <div key={anomaly.id} className={styles.lane}>
            <Link
              to="/anomalies/$anomaly"
              params={{ anomaly: anomaly.id }}
              className={`${parts.textLink} ${styles.laneName}`}
              data-tip={anomaly.sentence}
            >
              {sliceName(anomaly.slice)}
              <span className="visually-hidden">
                : {KINDS[anomaly.kind]}, {daysText(anomaly)}
              </span>
            </Link>
            <div className={styles.track} aria-hidden="true">
              <div
                className={looks.join(' ')}
                style={{ left: `${(100 * from) / days}%`, width: `${(100 * Math.max(0.2, to - from)) / days}%` }}
              />
            </div>
          </div>
        );
      })}
      <div className={styles.lane} aria-hidden="true">
        <span />
        <div className={styles.laneDays}>
          <span>{formatDay(first)}</span>
          <span>{formatDay(last)}</span>
        </div>
      </div>
    </div>
  );
}

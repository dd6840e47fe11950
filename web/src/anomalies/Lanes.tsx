import { Link } from '@tanstack/react-router';
import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { shortenNames } from '../format/short-name.ts';
import parts from '../parts/parts.module.css';
import styles from './anomalies.module.css';
import { placeInLane } from './lane-place.ts';
import { daysText, formatTitle, kindWord } from './words.ts';

interface LanesProps {
  readonly anomalies: readonly Anomaly[];
  /** First and last day of the axis, YYYY-MM-DD. */
  readonly first: string;
  readonly last: string;
}

const MOST_LANES = 8;

/** One lane for each anomaly on the axis of days: filled where more was spent, hatched where less, hollow where it does not count. */
export function Lanes({ anomalies, first, last }: LanesProps) {
  const visible = anomalies.slice(0, MOST_LANES);
  return (
    <div className={styles.lanes}>
      {visible.map((anomaly) => {
        const { left, right, nameSide, room } = placeInLane(anomaly, first, last);
        const laneStyles = [
          styles.laneBar,
          ...(anomaly.direction === 'under' ? [styles.under] : []),
          ...(anomaly.counts ? [] : [styles.uncounted]),
        ];
        const edge = nameSide === 'right' ? { left: `calc(${right}% + 8px)` } : { right: `calc(${100 - left}% + 8px)` };
        return (
          <div key={anomaly.id} className={styles.track}>
            <div
              aria-hidden="true"
              className={laneStyles.join(' ')}
              style={{ left: `${left}%`, width: `${right - left}%` }}
            />
            <Link
              to="/anomalies/$anomaly"
              params={{ anomaly: anomaly.id }}
              className={`${parts.textLink} ${styles.laneName}`}
              style={{ ...edge, maxWidth: `calc(${room}% - 8px)` }}
              data-tip={shortenNames(anomaly.sentence)}
            >
              {formatTitle(anomaly)}
              <span className="visually-hidden">
                : {kindWord(anomaly)}, {daysText(anomaly)}
              </span>
            </Link>
          </div>
        );
      })}
    </div>
  );
}

import { formatDate, formatInstant, formatLocal } from '../format/time.ts';
import styles from './parts.module.css';

interface InstantProps {
  readonly at: string;
  /** Only the day is written; the time is on hover. */
  readonly dayOnly?: boolean;
}

/** An instant in UTC; where the reader is, on hover. A narrow column breaks it between day and time only. */
export function Instant({ at, dayOnly = false }: InstantProps) {
  const [day, time] = (dayOnly ? formatDate(at) : formatInstant(at)).split(', ');
  return (
    <time dateTime={at} data-tip={dayOnly ? `${formatInstant(at)} (${formatLocal(at)})` : formatLocal(at)}>
      <span className={styles.unbroken}>{time === undefined ? day : `${day},`}</span>
      {time !== undefined && (
        <>
          {' '}
          <span className={styles.unbroken}>{time}</span>
        </>
      )}
    </time>
  );
}

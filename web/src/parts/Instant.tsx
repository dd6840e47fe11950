import { formatDate, formatInstant, formatLocal } from '../format/time.ts';

interface InstantProps {
  readonly at: string;
  /** Only the day is written; the time is on hover. */
  readonly dayOnly?: boolean;
}

/** An instant in UTC; where the reader is, on hover. */
export function Instant({ at, dayOnly = false }: InstantProps) {
  return (
    <time dateTime={at} data-tip={dayOnly ? `${formatInstant(at)} (${formatLocal(at)})` : formatLocal(at)}>
      {dayOnly ? formatDate(at) : formatInstant(at)}
    </time>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Delivery, listDeliveries } from '../../../src/finops/billing/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';

/** Deliveries that are named; the page of deliveries lists all. */
const NAMED = 3;

interface HeldNoticeProps {
  /** False until the page's headline is loaded, so that this request does not delay it. */
  readonly ask: boolean;
}

/** Deliveries that are in no total until a person decides, and the way to the decision. Nothing where there are none. */
export function HeldNotice({ ask }: HeldNoticeProps) {
  const { data } = useQuery({ ...endpointQuery(listDeliveries, { query: { held: 'true' } }), enabled: ask });
  const onHold = data?.deliveries ?? [];
  if (onHold.length === 0) return null;
  return (
    <Notice
      kind="status"
      actions={
        <Link to="/deliveries" search={{ standing: 'held' }} className={parts.button}>
          Show deliveries on hold
        </Link>
      }
    >
      <strong>{counted(onHold.length, 'delivery', 'deliveries')} on hold, not counted in any total.</strong> Decide
      whether {onHold.length === 1 ? 'it repeats' : 'they repeat'} charges that are counted already:{' '}
      {onHold.slice(0, NAMED).map((entry, index) => (
        <span key={`${entry.delivery} ${entry.export} ${entry.scope} ${entry.period}`}>
          {index > 0 && ', '}
          <HeldLink entry={entry} />
        </span>
      ))}
      {onHold.length > NAMED && `, ${onHold.length - NAMED} more`}
      {data?.nextPageToken !== null && ' at least'}.
    </Notice>
  );
}

function HeldLink({ entry }: { readonly entry: Delivery }) {
  const { delivery, source, period } = entry;
  return (
    <Link to="/deliveries/$delivery" params={{ delivery }} className={parts.textLink}>
      {source}
      {period !== null && `, ${formatMonth(period)}`}
    </Link>
  );
}

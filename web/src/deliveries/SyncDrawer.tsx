import { useQuery } from '@tanstack/react-query';
import { type BillSource, getSync, type Sync } from '../../../src/finops/sources/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Instant } from '../parts/Instant.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { DeliveryLink } from './DeliveryLink.tsx';
import styles from './deliveries.module.css';
import { outcomeText } from './sync-text.ts';

const HEIGHT = 240;

interface SyncDrawerProps {
  readonly source: BillSource;
  readonly onClose: () => void;
}

/** Outcome of the last sync of a source for each delivery that it found. */
export function SyncDrawer({ source, onClose }: SyncDrawerProps) {
  const sync = useQuery({
    ...endpointQuery(getSync, { params: { sync: source.lastSync ?? '' } }),
    enabled: source.lastSync !== null,
  });
  return (
    <Dialog label={`Last sync of ${source.source}`} place="side" onClose={onClose}>
      <header className={styles.drawerHead}>
        <h2>Last sync of {source.source}</h2>
        <button type="button" className={parts.button} onClick={onClose}>
          Close
        </button>
      </header>
      <div className={styles.drawerBody}>
        {source.lastSync === null ? (
          <p>Never synced.</p>
        ) : (
          <Loaded query={sync} what="The sync" height={HEIGHT}>
            {(found) => <SyncFacts sync={found} />}
          </Loaded>
        )}
      </div>
    </Dialog>
  );
}

function SyncFacts({ sync }: { readonly sync: Sync }) {
  return (
    <>
      <p>
        {sync.trigger === 'hand' ? 'Manual' : 'Scheduled'}, <Instant at={sync.askedAt} />
        {sync.endedAt !== null && (
          <>
            {' to '}
            <Instant at={sync.endedAt} />
          </>
        )}
        : {sync.error === null ? `${outcomeText(sync)}.` : sync.error.detail}
      </p>
      {sync.deliveries.length > 0 && (
        <ul className={styles.outcomes}>
          {sync.deliveries.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list of an ended sync never changes
            <li key={index}>
              <strong>
                {one.export}
                {one.period !== null && `, ${formatMonth(one.period)}`}
              </strong>
              : {one.outcome}
              {one.rows !== null && `, ${counted(one.rows, 'row')}`}{' '}
              {one.delivery !== null && <DeliveryLink delivery={one.delivery} />}
              {one.reason !== null && <p className={styles.why}>{one.reason}</p>}
            </li>
          ))}
        </ul>
      )}
      <p className={styles.why}>
        <code>{sync.sync}</code>
      </p>
    </>
  );
}

import type { BillSource } from '../../../src/finops/sources/schema.ts';
import { CallError } from '../client.ts';
import { Instant } from '../parts/Instant.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './deliveries.module.css';
import { SourceState } from './SourceState.tsx';
import { SyncBar } from './SyncBar.tsx';
import { syncText } from './sync-text.ts';
import { useSync } from './use-sync.ts';

interface SourceRowProps {
  readonly source: BillSource;
  /** Opens the result of the last sync. */
  readonly onShow: () => void;
}

/** One source: its location, its state, and a sync button. */
export function SourceRow({ source, onShow }: SourceRowProps) {
  const { start, error, sync, running } = useSync(source.source);
  const elsewhere = source.state === 'syncing' && !running;
  const failed = error instanceof CallError ? error.problem.detail : null;
  return (
    <tr>
      <th scope="row">
        {source.source}
        <small className={styles.location}>{source.location}</small>
      </th>
      <td>
        <SourceState state={running ? 'syncing' : source.state} />
        {running ? (
          <SyncBar sync={sync} />
        ) : (
          <>
            {failed !== null && <p className={styles.wrong}>{failed}</p>}
            {failed === null && sync !== undefined && <p role="status">{syncText(sync)}</p>}
            {sync === undefined && source.lastError !== null && (
              <p className={styles.wrong}>
                {source.lastError.detail} <code>{source.lastError.code}</code>
              </p>
            )}
          </>
        )}
      </td>
      <td className={styles.when}>
        {source.lastSyncAt === null ? (
          <Unknown reason="Never synced." />
        ) : (
          <>
            <Instant at={source.lastSyncAt} />{' '}
            <button type="button" className={styles.quietLink} onClick={onShow}>
              last result<span className="visually-hidden"> for {source.source}</span>
            </button>
          </>
        )}
      </td>
      <td className={`${table.wideOnly} ${styles.when}`}>
        {source.nextSyncAt === null ? (
          <Unknown reason="No schedule: synced manually only." />
        ) : (
          <Instant at={source.nextSyncAt} />
        )}
      </td>
      <td className={table.number}>
        <button type="button" className={parts.button} onClick={start} disabled={running}>
          {elsewhere ? 'Show progress' : 'Sync now'}
          <span className="visually-hidden"> of {source.source}</span>
        </button>
      </td>
    </tr>
  );
}

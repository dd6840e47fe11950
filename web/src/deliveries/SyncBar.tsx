import type { Sync } from '../../../src/finops/sources/schema.ts';
import styles from './deliveries.module.css';
import { syncRatio, syncText } from './sync-text.ts';

/** Progress of a sync: a bar and a count as text. */
export function SyncBar({ sync }: { readonly sync: Sync | undefined }) {
  const ratio = sync === undefined ? null : syncRatio(sync.progress);
  return (
    <div className={styles.sync} role="status">
      <progress
        className={styles.syncBar}
        aria-label="Progress of the sync"
        max={1}
        {...(ratio === null ? {} : { value: ratio })}
      />
      <span>{sync === undefined ? 'Asking for a sync' : syncText(sync)}</span>
    </div>
  );
}

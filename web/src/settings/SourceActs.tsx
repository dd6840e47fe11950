import parts from '../parts/parts.module.css';
import styles from './settings.module.css';

interface SourceActsProps {
  readonly source: string;
  readonly busy: boolean;
  readonly onSync: () => void;
  readonly onEdit: () => void;
}

/** Actions on a bill source. */
export function SourceActs({ source, busy, onSync, onEdit }: SourceActsProps) {
  return (
    <span className={styles.acts}>
      <button type="button" className={parts.button} disabled={busy} aria-label={`Sync ${source} now`} onClick={onSync}>
        Sync now
      </button>
      <button type="button" className={parts.button} aria-label={`Edit ${source}`} onClick={onEdit}>
        Edit…
      </button>
    </span>
  );
}

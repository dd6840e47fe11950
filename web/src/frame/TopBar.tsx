import { useMatches } from '@tanstack/react-router';
import styles from './frame.module.css';
import { PeriodSelect } from './PeriodSelect.tsx';
import { SchemeToggle } from './SchemeToggle.tsx';
import { TeamSelect } from './TeamSelect.tsx';

/** Pages whose figures follow the period and the team. The others show neither select: it would change nothing. */
const SCOPED = new Set<string>(['/', '/costs']);

interface TopBarProps {
  readonly onSearch: () => void;
  readonly onShortcuts: () => void;
}

export function TopBar({ onSearch, onShortcuts }: TopBarProps) {
  const scoped = useMatches({ select: (matches) => SCOPED.has(matches.at(-1)?.fullPath ?? '') });
  return (
    <header className={styles.bar}>
      <button type="button" className={styles.search} onClick={onSearch} aria-keyshortcuts="Control+K">
        <span className={styles.searchText}>Search pages, models, teams…</span>
        <span className={styles.searchShort}>Search</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className={styles.barEnd}>
        {scoped && (
          <div className={styles.scope}>
            <PeriodSelect />
            <TeamSelect />
          </div>
        )}
        <SchemeToggle />
        <button
          type="button"
          className={`${styles.quiet} ${styles.desktop}`}
          onClick={onShortcuts}
          data-tip="Keyboard shortcuts (?)"
        >
          <span aria-hidden="true">?</span>
          <span className="visually-hidden">Keyboard shortcuts</span>
        </button>
        <span
          className={styles.who}
          data-tip="This server runs alone on this machine, without accounts. Whoever reaches it is “local”."
        >
          <span className={styles.face} aria-hidden="true">
            L
          </span>
          <span className={styles.whoName}>local</span>
        </span>
      </div>
    </header>
  );
}

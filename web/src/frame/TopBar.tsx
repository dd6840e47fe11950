import { useMatches } from '@tanstack/react-router';
import { WhoAmI } from '../account/WhoAmI.tsx';
import { CostsPeriodSelect } from '../costs/period/CostsPeriodSelect.tsx';
import styles from './frame.module.css';
import { HelpMenu } from './HelpMenu.tsx';
import { PeriodSelect } from './PeriodSelect.tsx';
import { SchemeToggle } from './SchemeToggle.tsx';
import { TeamSelect } from './TeamSelect.tsx';
import { ViewsMenu } from './ViewsMenu.tsx';

/**
 * Pages whose figures depend on the period, and those that depend on the team. The others hide the select, because it
 * has no effect.
 */
const BY_PERIOD = new Set<string>(['/', '/costs', '/anomalies', '/gpus', '/allocation', '/statements']);
const BY_TEAM = new Set<string>(['/', '/costs', '/forecasts', '/anomalies', '/gpus', '/statements']);

interface TopBarProps {
  readonly onSearch: () => void;
  readonly onShortcuts: () => void;
}

export function TopBar({ onSearch, onShortcuts }: TopBarProps) {
  const page = useMatches({ select: (matches) => matches.at(-1)?.fullPath ?? '' });
  return (
    <header className={styles.bar}>
      <button type="button" className={styles.search} onClick={onSearch} aria-keyshortcuts="Control+K">
        <span className={styles.searchText}>Search models, runs, teams…</span>
        <span className={styles.searchShort}>Search</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className={styles.barEnd}>
        {(BY_PERIOD.has(page) || BY_TEAM.has(page)) && (
          <div className={styles.scope}>
            {BY_PERIOD.has(page) && (page === '/costs' ? <CostsPeriodSelect /> : <PeriodSelect />)}
            {BY_TEAM.has(page) && <TeamSelect />}
          </div>
        )}
        <ViewsMenu />
        <SchemeToggle />
        <span className={styles.desktop}>
          <HelpMenu onShortcuts={onShortcuts} />
        </span>
        <span className={styles.desktop}>
          <WhoAmI />
        </span>
      </div>
    </header>
  );
}

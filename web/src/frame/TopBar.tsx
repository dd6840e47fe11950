import { VisibleTeams } from '../account/VisibleTeams.tsx';
import { WhoAmI } from '../account/WhoAmI.tsx';
import { DateRangePicker } from './DateRangePicker.tsx';
import styles from './frame.module.css';
import { HelpMenu } from './HelpMenu.tsx';
import { RANGE_PAGES } from './range-pages.ts';
import { SchemeToggle } from './SchemeToggle.tsx';
import { TeamSelect } from './TeamSelect.tsx';
import { useRoute } from './use-route.ts';
import { ViewsMenu } from './ViewsMenu.tsx';

/** Pages whose figures depend on the team. The others hide the select, because it has no effect. */
const BY_TEAM = new Set<string>(['/', '/costs', '/forecasts', '/anomalies', '/gpus', '/statements']);

interface TopBarProps {
  readonly onSearch: () => void;
  readonly onShortcuts: () => void;
}

export function TopBar({ onSearch, onShortcuts }: TopBarProps) {
  const page = useRoute();
  const ranged = RANGE_PAGES.get(page);
  return (
    <header className={styles.bar}>
      <button type="button" className={styles.search} onClick={onSearch} aria-keyshortcuts="Control+K">
        <span className={styles.searchText}>Search models, runs, teams…</span>
        <span className={styles.searchShort}>Search</span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className={styles.barEnd}>
        {(ranged !== undefined || BY_TEAM.has(page)) && (
          <div className={styles.scope}>
            {ranged !== undefined && <DateRangePicker page={ranged} />}
            {BY_TEAM.has(page) && <TeamSelect />}
          </div>
        )}
        <VisibleTeams />
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

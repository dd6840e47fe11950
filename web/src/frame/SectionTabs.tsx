import { Link, useRouterState } from '@tanstack/react-router';
import styles from './frame.module.css';
import { findEntry } from './pages.ts';

/** Scrolls the current tab into view where the row of tabs is wider than the screen. */
function showTab(tab: HTMLElement | null): void {
  tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

/** Tabs between the pages of one entry of the rail, on those pages only; nothing on a page without siblings. */
export function SectionTabs() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const entry = findEntry(path);
  if (entry === undefined || entry.tabs.length < 2 || !entry.tabs.some(({ to }) => to === path)) return null;
  return (
    <nav className={styles.tabs} aria-label={entry.label}>
      {entry.tabs.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          className={styles.tab}
          {...(to === path ? { 'aria-current': 'page', ref: showTab } : {})}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

import { Link, useRouterState } from '@tanstack/react-router';
import { EntryBadge } from './EntryBadge.tsx';
import styles from './frame.module.css';
import { PageIcon } from './PageIcon.tsx';
import { findEntry, type PageEntry } from './pages.ts';

interface RailEntryProps {
  readonly entry: PageEntry;
  readonly onOpen?: (() => void) | undefined;
}

/** An entry of the navigation; it is current on each of its pages. */
export function RailEntry({ entry, onOpen }: RailEntryProps) {
  const current = useRouterState({ select: (state) => findEntry(state.location.pathname) === entry });
  return (
    <Link to={entry.to} className={styles.link} aria-current={current ? 'page' : undefined} onClick={onOpen}>
      <PageIcon to={entry.to} />
      <span>{entry.label}</span>
      <EntryBadge to={entry.to} />
    </Link>
  );
}

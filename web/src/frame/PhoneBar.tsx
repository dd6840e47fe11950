import { lazy, Suspense, useState } from 'react';
import styles from './frame.module.css';
import { pageGroups } from './pages.ts';
import { RailEntry } from './RailEntry.tsx';

const MoreSheet = lazy(() => import('./MoreSheet.tsx').then((module) => ({ default: module.MoreSheet })));

const ADDRESSES = new Set(['/', '/decisions', '/costs', '/monitoring']);
const entries = pageGroups.flatMap((group) => group.entries).filter(({ to }) => ADDRESSES.has(to));

interface PhoneBarProps {
  readonly onShortcuts: () => void;
}

/** The navigation at phone width: the pages that a phone needs most, and a sheet with all of them. */
export function PhoneBar({ onShortcuts }: PhoneBarProps) {
  const [open, setOpen] = useState(false);
  return (
    <nav className={styles.phoneBar} aria-label="Pages">
      {entries.map((entry) => (
        <RailEntry key={entry.to} entry={entry} />
      ))}
      <button type="button" className={styles.link} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none">
          <path d="M2.5 4h11M2.5 8h11M2.5 12h11" stroke="currentColor" strokeWidth="1.3" strokeLinecap="round" />
        </svg>
        <span>More</span>
      </button>
      <Suspense>{open && <MoreSheet onClose={() => setOpen(false)} onShortcuts={onShortcuts} />}</Suspense>
    </nav>
  );
}

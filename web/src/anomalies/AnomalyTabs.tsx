import { Link } from '@tanstack/react-router';
import styles from './anomalies.module.css';

const TABS = [
  { tab: undefined, label: 'Summary' },
  { tab: 'charges', label: 'Charges' },
  { tab: 'related', label: 'Related' },
  { tab: 'feedback', label: 'Feedback and owner' },
] as const;

interface AnomalyTabsProps {
  readonly id: string;
  /** Number of related anomalies. */
  readonly related: number;
}

/** Sections of an anomaly; the section is in the address. */
export function AnomalyTabs({ id, related }: AnomalyTabsProps) {
  return (
    <nav className={styles.tabs} aria-label="Sections of the anomaly">
      {TABS.map((one) => (
        <Link
          key={one.label}
          to="/anomalies/$anomaly"
          params={{ anomaly: id }}
          search={(before) => ({ ...before, tab: one.tab })}
          resetScroll={false}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          {one.label}
          {one.tab === 'related' && related > 0 ? ` (${related})` : ''}
        </Link>
      ))}
    </nav>
  );
}

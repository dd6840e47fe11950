import { Link } from '@tanstack/react-router';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import styles from './frame.module.css';
import { pageGroups, settingsEntry } from './pages.ts';

const GROUPS = [
  ...pageGroups.map(({ label, entries }) => ({ label: label ?? 'Start', pages: entries.flatMap(({ tabs }) => tabs) })),
  { label: settingsEntry.label, pages: settingsEntry.tabs },
];

/** An address that no page has: the way back, and all pages by their group. */
export function PageNotFound() {
  return (
    <Page title="Not found" answer="There is no page at this address." shortAnswer>
      <p className={styles.wayBack}>
        <Link to="/" className={`${parts.button} ${parts.primary}`}>
          Open the overview
        </Link>
        <span>
          or search with <kbd className={styles.kbd}>Ctrl K</kbd>
        </span>
      </p>
      <div className={styles.everyPage}>
        {GROUPS.map(({ label, pages }) => (
          <section key={label} aria-label={`Pages of ${label}`}>
            <h2>{label}</h2>
            <ul>
              {pages.map(({ to, label: name }) => (
                <li key={to}>
                  <Link to={to}>{name}</Link>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Page>
  );
}

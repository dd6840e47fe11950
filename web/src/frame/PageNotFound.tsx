import { Link } from '@tanstack/react-router';
import { Page } from '../parts/Page.tsx';
import styles from './frame.module.css';
import { allPages } from './pages.ts';

/** An address that no page has. */
export function PageNotFound() {
  return (
    <Page title="Not found" answer="There is no page at this address.">
      <p>
        Go to the <Link to="/">overview</Link>, or search with <kbd className={styles.kbd}>Ctrl K</kbd>. All pages:
      </p>
      <ul className={styles.everyPage}>
        {allPages.map(({ to, label }) => (
          <li key={to}>
            <Link to={to}>{label}</Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}

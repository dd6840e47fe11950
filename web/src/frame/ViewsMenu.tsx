import { lazy, Suspense } from 'react';
import styles from './frame.module.css';
import { Menu } from './Menu.tsx';

const ViewsPanel = lazy(() => import('../views/ViewsPanel.tsx').then((module) => ({ default: module.ViewsPanel })));

/** Saved views, on every page. */
export function ViewsMenu() {
  const trigger = (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none">
      <path d="M4 2h8v12l-4-3-4 3z" stroke="currentColor" strokeWidth="1.3" strokeLinejoin="round" />
    </svg>
  );
  return (
    <Menu label="Views" trigger={trigger} tip="Saved views" className={styles.quiet}>
      {(close) => (
        <Suspense>
          <ViewsPanel onClose={close} />
        </Suspense>
      )}
    </Menu>
  );
}

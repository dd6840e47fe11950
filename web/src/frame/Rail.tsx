import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { BrandMark } from './BrandMark.tsx';
import styles from './frame.module.css';
import { PageIcon } from './PageIcon.tsx';
import { pageGroups } from './pages.ts';

/** The left rail; at phone width its links are along the bottom. */
export function Rail() {
  const links = useRef<HTMLDivElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new path means another current link
  useEffect(() => {
    const row = links.current;
    const current = row?.querySelector<HTMLElement>('[aria-current="page"]');
    if (row == null || current == null || row.scrollWidth <= row.clientWidth) return;
    row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
  }, [path]);
  return (
    <nav className={styles.rail} aria-label="Pages">
      <div className={styles.railInner} ref={links}>
        <Link to="/" className={styles.brand} aria-label="Steelyard, overview">
          <BrandMark />
          <span>Steelyard</span>
        </Link>
        {pageGroups.map((group) => (
          <div key={group.label} className={styles.group}>
            <p className={styles.groupLabel}>{group.label}</p>
            <ul className={styles.links}>
              {group.pages.map((page) => (
                <li key={page.to}>
                  <Link
                    to={page.to}
                    className={styles.link}
                    activeOptions={{ exact: page.to === '/', includeSearch: false }}
                    activeProps={{ 'aria-current': 'page' }}
                  >
                    <PageIcon to={page.to} />
                    <span>{page.label}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </nav>
  );
}

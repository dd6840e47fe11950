import { Link } from '@tanstack/react-router';
import { BrandMark } from './BrandMark.tsx';
import styles from './frame.module.css';
import { PageIcon } from './PageIcon.tsx';
import { pageGroups } from './pages.ts';

/** The left rail; at phone width the same links stand along the bottom. */
export function Rail() {
  return (
    <nav className={styles.rail} aria-label="Pages">
      <div className={styles.railInner}>
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

import { Link } from '@tanstack/react-router';
import { BrandMark } from './BrandMark.tsx';
import styles from './frame.module.css';
import { RailGroups } from './RailGroups.tsx';

/** The left rail. */
export function Rail() {
  return (
    <nav className={styles.rail} aria-label="Pages">
      <div className={styles.railInner}>
        <Link to="/" className={styles.brand} aria-label="Steelyard, overview">
          <BrandMark />
          <span>Steelyard</span>
        </Link>
        <RailGroups />
      </div>
    </nav>
  );
}

import { Link } from '@tanstack/react-router';
import parts from '../parts/parts.module.css';
import styles from './first-use.module.css';
import { useFirstUse } from './use-first-use.ts';

/** Marks every page of a server that shows demo data. */
export function DemoBanner() {
  const { data } = useFirstUse({ poll: false });
  if (data === undefined || data.demo === 'none') return null;
  return (
    <aside className={styles.banner} aria-label="Demo data">
      <strong>Demo data</strong>
      <span>{TEXTS[data.demo]}</span>
      <Link to="/first-use" className={parts.textLink}>
        {data.demo === 'loaded' ? 'Remove' : 'Details'}
      </Link>
    </aside>
  );
}

const TEXTS = {
  loading: 'The load is not finished.',
  loaded: 'The company and its figures are invented.',
  failed: 'The load failed.',
  removing: 'They are being removed.',
} as const;

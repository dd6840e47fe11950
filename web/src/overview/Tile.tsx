import { Link } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import styles from './tiles.module.css';

/** `note` is a fact without judgement. */
export type Tone = 'good' | 'watch' | 'bad' | 'note' | 'none';

const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', watch: '▲', bad: '✕', note: '●', none: '–' };

interface TileProps {
  readonly title: string;
  /** The page behind the title. */
  readonly to: '/forecasts' | '/budgets' | '/monitoring' | '/recommendations' | '/models' | '/decisions';
  /** Undefined while the tile loads. */
  readonly status: { readonly tone: Tone; readonly word: string } | undefined;
  /** Scope of the tile where it differs from that of the page. */
  readonly scope?: string | null;
  /** The one action, a link. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A tile of the overview: status, figures, trend and one action. It keeps its size while it loads. */
export function Tile({ title, to, status, scope = null, action, children }: TileProps) {
  const id = useId();
  return (
    <section className={styles.tile} aria-labelledby={id} data-testid="tile">
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          <Link to={to}>{title}</Link>
        </h2>
        {status !== undefined && (
          <span className={`${styles.status} ${styles[status.tone === 'note' ? 'neutral' : status.tone] ?? ''}`}>
            <span aria-hidden="true">{SIGNS[status.tone]} </span>
            {status.word}
          </span>
        )}
      </div>
      <div className={styles.body}>{children}</div>
      <div className={styles.foot}>
        {action}
        {scope !== null && <span className={styles.scope}>{scope}</span>}
      </div>
    </section>
  );
}

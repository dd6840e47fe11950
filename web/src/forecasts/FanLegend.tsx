import type { FanData } from '../charts/fan-option.ts';
import { formatDay } from '../format/time.ts';
import styles from './forecasts.module.css';

const SHAPES = { breach: '◆', chance: '◇', change: '▼', restated: '■' } as const;

/** Legend of lines and areas, and every mark with its day. */
export function FanLegend({ data }: { readonly data: FanData }) {
  return (
    <ul className={styles.legend} aria-label="Legend">
      <li>
        <span className={styles.line} aria-hidden="true" /> billed
      </li>
      <li>
        <span className={`${styles.line} ${styles.dashed}`} aria-hidden="true" /> expected
      </li>
      <li>
        <span className={`${styles.area} ${styles.inner}`} aria-hidden="true" /> 80 %
      </li>
      <li>
        <span className={styles.area} aria-hidden="true" /> 95 %
      </li>
      {data.points.some(({ without }) => without !== null) && (
        <li>
          <span className={`${styles.line} ${styles.without}`} aria-hidden="true" /> without known changes
        </li>
      )}
      {data.marks.map(({ day, label, kind }) => (
        <li key={`${day} ${label}`}>
          <span className={kind === 'breach' ? styles.bad : undefined} aria-hidden="true">
            {SHAPES[kind]}
          </span>{' '}
          {kind === 'breach' || kind === 'chance' ? label : `${label}, ${formatDay(day)}`}
        </li>
      ))}
    </ul>
  );
}

import { Swatch } from '../parts/Swatch.tsx';
import styles from './charts.module.css';

interface LegendProps {
  readonly series: readonly { readonly id: string; readonly label: string; readonly variable: string }[];
  /** Left out where an entry leads nowhere. */
  readonly onPick?: ((id: string) => void) | undefined;
}

/** Colours of the series; an entry links to the same target as its bars. */
export function Legend({ series, onPick }: LegendProps) {
  return (
    <ul className={styles.legend} aria-label="Series">
      {series.map((one) => (
        <li key={one.id}>
          {onPick === undefined ? (
            <span className={`${styles.legendItem} ${styles.legendSaid}`}>
              <Swatch variable={one.variable} />
              {one.label}
            </span>
          ) : (
            <button
              type="button"
              className={styles.legendItem}
              data-tip={`Only ${one.label}`}
              onClick={() => onPick(one.id)}
            >
              <Swatch variable={one.variable} />
              {one.label}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

import styles from './charts.module.css';
import { type Interval, placedIntervals } from './interval-scale.ts';

export interface IntervalRow extends Interval {
  readonly name: string;
  /** CSS variable of the colour. */
  readonly variable: string;
  /** The figure with its interval, as text. */
  readonly text: string;
}

interface IntervalRowsProps {
  /** Name of the measure: "Share of errors". */
  readonly title: string;
  readonly rows: readonly IntervalRow[];
}

const percent = (share: number) => `${share * 100}%`;

/** Values in rows, with their intervals as whiskers, on one scale from zero. */
export function IntervalRows({ title, rows }: IntervalRowsProps) {
  const placed = placedIntervals(rows);
  return (
    <table className={styles.intervals} aria-label={title}>
      <caption>{title}</caption>
      <tbody>
        {rows.map(({ name, variable, text }, index) => {
          const { value = null, lower = null, upper = null } = placed[index] ?? {};
          return (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className={styles.intervalPlot}>
                <span className={styles.intervalAxis} aria-hidden="true">
                  {lower !== null && upper !== null && (
                    <span
                      className={styles.whisker}
                      style={{ left: percent(lower), right: percent(1 - upper), color: `var(${variable})` }}
                    />
                  )}
                  {value !== null && (
                    <span className={styles.dot} style={{ left: percent(value), background: `var(${variable})` }} />
                  )}
                </span>
              </td>
              <td className={styles.intervalSaid}>{text}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

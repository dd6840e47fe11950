import { counted } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import layout from '../parts/layout.module.css';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './anomalies.module.css';
import type { Cause } from './causes.ts';
import { SeverityMark } from './SeverityMark.tsx';
import { kindWord, NO_IMPACT, STATES } from './words.ts';

interface CauseRowProps {
  readonly cause: Cause;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** Several anomalies of one cause, with the sum of their money; opens to each. */
export function CauseRow({ cause, isOpen, onToggle }: CauseRowProps) {
  const { name, anomalies, impact, currency } = cause;
  const counts = anomalies.some((one) => one.counts);
  const starts = anomalies.map(({ start }) => start).toSorted();
  const ends = anomalies.map(({ end }) => end).toSorted();
  const listWords = (words: readonly string[]) => [...new Set(words)].join(', ');
  const owners = listWords(anomalies.flatMap(({ assigned }) => assigned?.to.name ?? []));
  return (
    <tr className={counts ? undefined : styles.gone}>
      <th scope="row" className={styles.what}>
        <button type="button" className={styles.opener} aria-expanded={isOpen} onClick={onToggle}>
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span> {name}
        </button>
        <span className={layout.sub}>{counted(anomalies.length, 'anomaly', 'anomalies')} of one cause</span>
      </th>
      <td className={table.wideOnly}>
        <SeverityMark anomalies={anomalies} />
      </td>
      <td className={table.wideOnly}>{listWords(anomalies.map(kindWord))}</td>
      <td className={`${styles.nowrap} ${table.wideOnly}`}>
        {formatDay(starts[0] ?? '')} to {formatDay(ends.at(-1) ?? '')}
      </td>
      <td className={table.wideOnly}>{owners === '' ? '–' : owners}</td>
      <td>{listWords(anomalies.map(({ state }) => STATES[state]))}</td>
      <td className={table.number}>
        {impact === null || currency === null ? (
          <Unknown reason={NO_IMPACT} />
        ) : (
          <span className={counts ? styles.cost : styles.nowrap}>
            <MoneyDelta money={{ amount: impact, currency }} />
          </span>
        )}
      </td>
    </tr>
  );
}

import { Link } from '@tanstack/react-router';
import { type Anomaly, groupRepeats } from '../../../src/finops/anomalies/schema.ts';
import layout from '../parts/layout.module.css';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './anomalies.module.css';
import { DirectionMark } from './DirectionMark.tsx';
import { Repeats } from './Repeats.tsx';
import { daysText, formatTitle, NO_IMPACT, STATES, VERDICTS } from './words.ts';

/**
 * Anomalies: event, time, and cost in excess of the expected cost. Repeats of a cause are listed below its latest
 * anomaly.
 */
export function AnomaliesTable({ anomalies }: { readonly anomalies: readonly Anomaly[] }) {
  return (
    <table className={table.table} aria-label="Anomalies">
      <thead>
        <tr>
          <th scope="col">Anomaly</th>
          <th scope="col" className={table.wideOnly}>
            Kind
          </th>
          <th scope="col" className={table.wideOnly}>
            Days
          </th>
          <th scope="col">State</th>
          <th scope="col" className={table.number}>
            Above or below expected
          </th>
        </tr>
      </thead>
      <tbody>
        {groupRepeats(anomalies).map(({ first, repeats }) => (
          <Row key={first.id} anomaly={first} repeats={repeats} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly anomaly: Anomaly;
  readonly repeats: readonly Anomaly[];
}

function Row({ anomaly, repeats }: RowProps) {
  const { id, sentence, state, feedback, impact, currency, counts } = anomaly;
  return (
    <tr className={counts ? undefined : styles.gone}>
      <th scope="row" className={styles.what}>
        <Link to="/anomalies/$anomaly" params={{ anomaly: id }} className={parts.textLink}>
          {formatTitle(anomaly)}
        </Link>
        <span className={layout.sub}>{sentence}</span>
        {repeats.length > 0 && <Repeats anomalies={repeats} />}
      </th>
      <td className={table.wideOnly}>
        <DirectionMark anomaly={anomaly} />
      </td>
      <td className={`${styles.nowrap} ${table.wideOnly}`}>{daysText(anomaly)}</td>
      <td>
        {STATES[state]}
        {feedback !== null && (
          <span className={layout.sub} data-tip={feedback.note ?? `By ${feedback.by}`}>
            {VERDICTS[feedback.verdict].label.toLowerCase()}
          </span>
        )}
      </td>
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

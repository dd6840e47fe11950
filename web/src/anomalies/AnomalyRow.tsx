import { Link } from '@tanstack/react-router';
import type { Anomaly } from '../../../src/finops/anomalies/schema.ts';
import { shortenNames } from '../format/short-name.ts';
import layout from '../parts/layout.module.css';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { OwnerName } from '../parts/OwnerName.tsx';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { WORK_STATES } from '../parts/work-states.ts';
import table from '../table/table.module.css';
import styles from './anomalies.module.css';
import { DirectionMark } from './DirectionMark.tsx';
import { SeverityMark } from './SeverityMark.tsx';
import { daysText, formatTitle, NO_IMPACT, STATES, shortSentence, VERDICTS } from './words.ts';

interface AnomalyRowProps {
  readonly anomaly: Anomaly;
  /** One of several of a cause, below the row of the cause. */
  readonly isPart?: boolean;
}

/** An anomaly of the list. */
export function AnomalyRow({ anomaly, isPart = false }: AnomalyRowProps) {
  const { id, sentence, state, feedback, impact, currency, counts, assigned, work } = anomaly;
  return (
    <tr className={counts ? undefined : styles.gone}>
      <th scope="row" className={`${styles.what} ${isPart ? styles.part : ''}`}>
        <Link
          to="/anomalies/$anomaly"
          params={{ anomaly: id }}
          className={parts.textLink}
          data-tip={anomaly.slice.map(({ value }) => value).join(', ')}
        >
          {formatTitle(anomaly)}
        </Link>
        <span className={layout.sub} data-tip={shortenNames(sentence)}>
          {shortSentence(sentence)}
        </span>
      </th>
      <td className={table.wideOnly}>
        <SeverityMark anomalies={[anomaly]} />
      </td>
      <td className={table.wideOnly}>
        <DirectionMark anomaly={anomaly} />
      </td>
      <td className={`${styles.nowrap} ${table.wideOnly}`}>{daysText(anomaly)}</td>
      <td className={table.wideOnly}>
        <OwnerName assigned={assigned} />
      </td>
      <td>
        {STATES[state]}
        {work !== null && (
          <span className={layout.sub} data-tip={work.reason ?? `Set by ${work.by}`}>
            {WORK_STATES[work.state]}
          </span>
        )}
        {feedback !== null && (
          <span className={layout.sub} data-tip={feedback.note ?? `By ${feedback.by}`}>
            {VERDICTS[feedback.verdict].label}
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

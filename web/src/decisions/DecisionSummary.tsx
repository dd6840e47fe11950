import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { MeasuredFigure } from '../parts/MeasuredFigure.tsx';
import { formatCheckName, isDifference } from './check-name.ts';
import { chooseDecidingChecks, formatBound, listVerdictChanges } from './deciding-checks.ts';
import styles from './decisions.module.css';
import { Outcome } from './Outcome.tsx';

/** The figures that decided, and the conditions of another verdict. */
export function DecisionSummary({ decision }: { readonly decision: DecisionDetail }) {
  const changes = listVerdictChanges(decision);
  return (
    <div className={styles.summary}>
      <dl className={styles.deciding}>
        {chooseDecidingChecks(decision).map((check) => (
          <div key={formatCheckName(check)} className={`${styles.decidingFigure} ${styles[check.side] ?? ''}`}>
            <dt>{formatCheckName(check)}</dt>
            <dd className={styles.checkFigure}>
              <MeasuredFigure
                value={check.measured}
                unit={check.unit}
                reason={check.source}
                hideUnit={check.name.includes(check.unit)}
                isDifference={isDifference(check)}
              />
            </dd>
            <dd className={styles.bound}>
              {formatBound(check) ?? 'bound unknown'} <Outcome holds={check.holds} />
            </dd>
          </div>
        ))}
      </dl>
      <div>
        <h3 className={styles.summaryTitle}>Another verdict needs</h3>
        <ul className={styles.changes}>
          {changes.map((change) => (
            <li key={change}>{change}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

import type { Check } from '../../../src/tradeoff/gates/schema.ts';
import { formatMeasured } from '../format/number.ts';
import { LinkedText } from '../parts/LinkedText.tsx';
import { MeasuredFigure } from '../parts/MeasuredFigure.tsx';
import { CheckGauge } from './CheckGauge.tsx';
import { formatCheckName, isDifference } from './check-name.ts';
import styles from './decisions.module.css';
import { Outcome } from './Outcome.tsx';
import { formatTest } from './test-text.ts';

interface CheckCardProps {
  readonly check: Check;
  readonly number: number;
}

/** One check: measured value, bound, result, and source of the figure. */
export function CheckCard({ check, number }: CheckCardProps) {
  const test = formatTest(check);
  return (
    <li className={styles.check}>
      <p className={styles.checkHead}>
        <span className={styles.number} aria-hidden="true">
          {number}
        </span>
        <span className={styles.checkName}>{formatCheckName(check)}</span>
        <Outcome holds={check.holds} />
      </p>
      <p className={styles.checkFigure}>
        <MeasuredFigure
          value={check.measured}
          unit={check.unit}
          interval={check.interval}
          reason={check.source}
          hideUnit={check.name.includes(check.unit)}
          isDifference={isDifference(check)}
        />
      </p>
      <CheckGauge check={check} isCost={check.side !== 'quality'} />
      <p className={styles.bound}>{boundText(check)}</p>
      {test !== null && <p className={styles.bound}>{test}</p>}
      <p className={styles.source}>
        <LinkedText text={check.source} isShort />
      </p>
    </li>
  );
}

function boundText(check: Check): string {
  if (check.bound === null)
    return check.holds === true ? 'nothing to compare with yet' : 'the bound depends on evidence that is missing';
  return `must be ${check.comparison === '>=' ? 'at least' : 'at most'} ${formatMeasured(check.bound, check.unit, check.measured ?? check.bound).figure}`;
}

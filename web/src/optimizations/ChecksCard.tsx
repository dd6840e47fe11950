import {
  nameCheck,
  type OptimizationCheck,
  type OptimizationDetail,
} from '../../../src/tradeoff/optimizations/schema.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { CheckInterval } from './CheckInterval.tsx';
import { type DifferenceText, differenceText, findCurrency } from './check-difference.ts';
import { placeCheck } from './check-scale.ts';
import styles from './optimizations.module.css';
import { findBound, neededText } from './words.ts';

/** Conditions with their interval against the margin. */
export function ChecksCard({ one }: { readonly one: OptimizationDetail }) {
  return (
    <Card
      title="Checks"
      note="Difference of the candidate, larger is better, with its interval over all looks; the tick is the accepted loss. All must pass."
      flush={one.checks.length > 0}
    >
      {one.checks.length === 0 ? (
        <EmptyState
          shows="Every quality metric and guardrail with its interval against the margin."
          why="There has been no look at the evidence yet."
        />
      ) : (
        <SortableTable
          label="Checks"
          rows={one.checks}
          columns={[
            { head: 'Check', by: nameCheck },
            { head: 'Verdict', by: (one) => one.verdict },
            { head: 'Against the margin', by: (one) => one.lower, className: `${styles.plot} ${table.wideOnly}` },
            { head: 'Difference', by: (one) => one.estimate, numeric: true },
            { head: 'Samples', by: (one) => one.n, numeric: true, className: table.wideOnly },
            { head: 'Still needed', by: neededText, className: table.wideOnly },
          ]}
          row={(check) => (
            <Row
              key={check.name}
              check={check}
              bound={findBound(check, one)}
              text={differenceText(check, findCurrency(one))}
            />
          )}
        />
      )}
    </Card>
  );
}

interface RowProps {
  readonly check: OptimizationCheck;
  readonly bound: number | null;
  readonly text: DifferenceText;
}

function Row({ check, bound, text: { format, unit } }: RowProps) {
  const { kind, limit, verdict, estimate, lower, upper, n, reason } = check;
  const scale = placeCheck(check, bound);
  return (
    <tr>
      <th scope="row" className={styles.name}>
        {nameCheck(check)}
        <span className={layout.sub}>{limit}</span>
      </th>
      <td>
        <span className={styles[verdict]}>{verdict}</span>
      </td>
      <td className={`${styles.plot} ${table.wideOnly}`}>
        {scale !== null && <CheckInterval scale={scale} isCost={kind === 'saving'} />}
      </td>
      <td className={table.number}>
        {estimate === null ? <Unknown reason={reason ?? 'There is no sample to compare.'} /> : format(estimate)}
        {(lower !== null || upper !== null) && (
          <span className={layout.sub}>
            {lower === null ? 'no limit' : format(lower)} to {upper === null ? 'no limit' : format(upper)}
          </span>
        )}
        {estimate !== null && unit !== '' && <span className={layout.sub}>{unit}</span>}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>{formatCount(n)}</td>
      <td className={`${table.wideOnly} ${styles.words}`}>{neededText(check)}</td>
    </tr>
  );
}

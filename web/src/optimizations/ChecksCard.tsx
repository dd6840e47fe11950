import type { OptimizationCheck, OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { CheckInterval } from './CheckInterval.tsx';
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
            { head: 'Check', by: (one) => one.name },
            { head: 'Verdict', by: (one) => one.verdict },
            { head: 'Against the margin', by: (one) => one.lower, className: `${styles.plot} ${table.wideOnly}` },
            { head: 'Difference', by: (one) => one.estimate, numeric: true },
            { head: 'Samples', by: (one) => one.n, numeric: true, className: table.wideOnly },
            { head: 'Still needed', by: neededText, className: table.wideOnly },
          ]}
          row={(check) => <Row key={check.name} check={check} bound={findBound(check, one)} />}
        />
      )}
    </Card>
  );
}

function Row({ check, bound }: { readonly check: OptimizationCheck; readonly bound: number | null }) {
  const { name, kind, limit, verdict, estimate, lower, upper, n, reason } = check;
  const scale = placeCheck(check, bound);
  return (
    <tr>
      <th scope="row" className={styles.name}>
        {name}
        <span className={layout.sub}>{limit}</span>
      </th>
      <td>
        <span className={styles[verdict]}>{verdict}</span>
      </td>
      <td className={`${styles.plot} ${table.wideOnly}`}>
        {scale !== null && <CheckInterval scale={scale} isCost={kind === 'saving'} />}
      </td>
      <td className={table.number}>
        {estimate === null ? <Unknown reason={reason ?? 'There is no sample to compare.'} /> : formatSigned(estimate)}
        {(lower !== null || upper !== null) && (
          <span className={layout.sub}>
            {lower === null ? 'no limit' : formatSigned(lower)} to {upper === null ? 'no limit' : formatSigned(upper)}
          </span>
        )}
      </td>
      <td className={`${table.number} ${table.wideOnly}`}>{formatCount(n)}</td>
      <td className={`${table.wideOnly} ${styles.words}`}>{neededText(check)}</td>
    </tr>
  );
}

function formatSigned(value: number): string {
  const figure = String(Number(Math.abs(value).toPrecision(3)));
  if (value === 0) return '0';
  return value > 0 ? `+${figure}` : `\u2212${figure}`;
}

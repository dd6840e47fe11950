import type { OptimizationCheck, OptimizationDetail } from '../../../src/tradeoff/optimizations/schema.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import layout from '../parts/layout.module.css';
import { Unknown } from '../parts/Unknown.tsx';
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
        <table className={table.table} aria-label="Checks">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Verdict</th>
              <th scope="col" className={`${styles.plot} ${table.wideOnly}`}>
                Against the margin
              </th>
              <th scope="col" className={table.number}>
                Difference
              </th>
              <th scope="col" className={`${table.number} ${table.wideOnly}`}>
                Samples
              </th>
              <th scope="col" className={table.wideOnly}>
                Still needed
              </th>
            </tr>
          </thead>
          <tbody>
            {one.checks.map((check) => (
              <Row key={check.name} check={check} bound={findBound(check, one)} />
            ))}
          </tbody>
        </table>
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

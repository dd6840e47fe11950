import type { RetrainingDetail } from '../../../src/tradeoff/retraining/schema.ts';
import { formatCount } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './retraining.module.css';
import { KINDS } from './words.ts';

/** Triggers that start a round automatically, with their progress. */
export function TriggersTable({ retraining: { name, triggers } }: { readonly retraining: RetrainingDetail }) {
  return (
    <table className={table.table} aria-label={`Triggers of ${name}`}>
      <thead>
        <tr>
          <th scope="col">Trigger</th>
          <th scope="col">Waits for</th>
          <th scope="col">Current</th>
          <th scope="col" className={table.wideOnly}>
            Next check
          </th>
        </tr>
      </thead>
      <tbody>
        {triggers.map(({ trigger, kind, waitsFor, count, enough, nextAt, problem }) => (
          <tr key={trigger}>
            <th scope="row">
              {trigger}
              {trigger !== kind && <span className={layout.sub}>{KINDS[kind]}</span>}
            </th>
            <td className={styles.why}>
              {waitsFor}
              {problem !== null && <span className={styles.problem}>{problem}</span>}
            </td>
            <td>
              {count === null || enough === null ? (
                <Unknown reason="Nothing to count." />
              ) : (
                <span className={styles.progress}>
                  {formatCount(count)} of {formatCount(enough)}
                  <ShareBar ratio={count / enough} variable="--ink-3" />
                </span>
              )}
            </td>
            <td className={table.wideOnly}>
              {nextAt === null ? <Unknown reason="Triggered by events." /> : <Instant at={nextAt} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

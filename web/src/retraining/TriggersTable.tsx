import type { RetrainingDetail } from '../../../src/tradeoff/retraining/schema.ts';
import { formatCount } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import layout from '../parts/layout.module.css';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './retraining.module.css';
import { KINDS } from './words.ts';

/** Triggers that start a round automatically, with their progress. */
export function TriggersTable({ retraining: { name, triggers } }: { readonly retraining: RetrainingDetail }) {
  return (
    <SortableTable
      label={`Triggers of ${name}`}
      rows={triggers}
      columns={[
        { head: 'Trigger', by: (one) => one.trigger },
        { head: 'Waits for', by: (one) => one.waitsFor },
        { head: 'Current', by: (one) => one.count },
        { head: 'Next check', by: (one) => one.nextAt, className: table.wideOnly },
      ]}
      row={({ trigger, kind, waitsFor, count, enough, nextAt, problem }) => (
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
      )}
    />
  );
}

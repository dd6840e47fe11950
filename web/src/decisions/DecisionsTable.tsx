import { Link } from '@tanstack/react-router';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import { BeamMark } from '../beam/BeamMark.tsx';
import { sideState, sideText } from '../beam/tilt.ts';
import { Instant } from '../parts/Instant.tsx';
import { VerdictMark } from '../parts/VerdictMark.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './decisions.module.css';
import { verdictReason } from './verdict-reason.ts';

interface DecisionsTableProps {
  readonly decisions: readonly Decision[];
}

/** Decisions with their verdict and the small beam. */
export function DecisionsTable({ decisions }: DecisionsTableProps) {
  return (
    <SortableTable
      className={styles.list}
      rows={decisions}
      columns={[
        { head: 'Verdict', by: (one) => one.verdict },
        { head: 'Checks', by: (one) => one.checks.filter(({ holds }) => holds === true).length },
        { head: 'Version', by: (one) => `${one.model} v${one.version}` },
        { head: 'Reason', by: verdictReason },
        { head: 'Quality', by: (one) => sideState(one.checks, 'quality').holding },
        { head: 'Cost', by: (one) => sideState(one.checks, 'cost').holding },
        { head: 'Time', by: (one) => one.at },
      ]}
      row={(decision) => (
        <tr key={decision.decision}>
          <td className={styles.verdictCell}>
            <VerdictMark verdict={decision.verdict} />
          </td>
          <td className={styles.beamCell}>
            <BeamMark verdict={decision.verdict} checks={decision.checks} />
          </td>
          <th scope="row" className={styles.versionCell}>
            <Link to="/decisions/$decision" params={{ decision: decision.decision }} className={table.rowLink}>
              {decision.model} <span className={styles.version}>v{decision.version}</span>
            </Link>
          </th>
          <td className={styles.why}>
            {verdictReason(decision)}
            {decision.review !== null && decision.review.status !== 'same' && (
              <strong className={styles.now}> {decision.review.summary}</strong>
            )}
          </td>
          <td className={styles.count}>{sideText(sideState(decision.checks, 'quality'))}</td>
          <td className={styles.count}>{sideText(sideState(decision.checks, 'cost'))}</td>
          <td className={styles.when}>
            <Instant at={decision.at} />
          </td>
        </tr>
      )}
    />
  );
}

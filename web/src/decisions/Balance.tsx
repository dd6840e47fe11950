import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { Beam } from '../beam/Beam.tsx';
import { CheckList } from './CheckList.tsx';
import styles from './decisions.module.css';

/** Quality checks left, cost checks right, the beam between them; required approvals below. */
export function Balance({ decision }: { readonly decision: DecisionDetail }) {
  const hasApprovals = decision.checks.some(({ side }) => side === 'approval');
  return (
    <div className={styles.balance} data-testid="balance">
      <CheckList side="quality" checks={decision.checks} />
      <div className={styles.beamPlace}>
        <Beam verdict={decision.verdict} checks={decision.checks} />
      </div>
      <CheckList side="cost" checks={decision.checks} />
      {hasApprovals && <CheckList side="approval" checks={decision.checks} />}
    </div>
  );
}

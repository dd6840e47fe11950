import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import { exactMoney, formatMoney } from '../format/money.ts';
import { formatCount } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import styles from './models.module.css';

type CostEvidence = VersionEvidence['trainingCost'];

interface CostFigureProps {
  /** null: there is no version to ask about. */
  readonly evidence: CostEvidence | null;
  readonly reason?: string;
}

const BASIS = {
  metered: ['m', 'Metered: our own record of usage times a price'],
  billed: ['b', 'Billed: from the bill of the cloud'],
  reconciled: ['r', 'Reconciled: the bill, split by metered usage'],
} as const;

/**
 * A measured cost with the small mark of its basis (legend: {@link BasisLegend}); the parts that it leaves out appear
 * on hover.
 */
export function CostFigure({ evidence, reason }: CostFigureProps) {
  if (evidence === null) return <Unknown reason={reason ?? 'Not measured.'} />;
  if (evidence.cost === null) return <Unknown reason={evidence.reason ?? 'Not measured.'} />;
  const [mark, words] = BASIS[evidence.basis];
  const sample = evidence.predictions === null ? '' : ` over ${formatCount(evidence.predictions)} predictions`;
  const partial = evidence.reason === null ? '' : ` Excludes: ${evidence.reason}`;
  return (
    <span className={styles.figure}>
      <data value={evidence.cost.amount} data-tip={`${exactMoney(evidence.cost)}${sample}.${partial}`}>
        {evidence.reason !== null && <span className={styles.partial}>at least </span>}
        {formatMoney(evidence.cost)}
      </data>
      <abbr className={styles.basis} data-tip={words}>
        {mark}
      </abbr>
    </span>
  );
}

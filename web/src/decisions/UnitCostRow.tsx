import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { UnitCost } from '../../../src/tradeoff/unit-cost/schema.ts';
import { UnitCostFigure } from '../models/UnitCostFigure.tsx';
import { BASIS_NAME, comparedScale, sameTerms } from '../models/unit-costs.ts';
import { LinkedText } from '../parts/LinkedText.tsx';
import table from '../table/table.module.css';
import styles from './decisions.module.css';

interface UnitCostRowProps {
  readonly cost: UnitCost;
  /** null: there was none at the time of the decision. */
  readonly champion: VersionEvidence | null;
  /** Reason where there is no champion. */
  readonly none: string;
}

/** A cost of predictions of the candidate and of the champion on the same terms, for the same number of predictions. */
export function UnitCostRow({ cost, champion, none }: UnitCostRowProps) {
  const other = sameTerms(cost, champion) ?? null;
  const scale = comparedScale({ figures: other === null ? [cost] : [cost, other] });
  return (
    <tr>
      <th scope="row">
        Cost of predictions, {BASIS_NAME[cost.basis]} on {cost.hardware.name}
        {cost.batchSize == null ? '' : `, batches of ${cost.batchSize}`}
      </th>
      <td className={table.number}>
        <UnitCostFigure figure={cost} reason={cost.reason ?? 'Not measured.'} scale={scale} stated={null} />
      </td>
      <td className={table.number}>
        <UnitCostFigure
          figure={other}
          reason={champion === null ? none : 'The champion has no cost on this basis, hardware and window.'}
          scale={scale}
          stated={null}
        />
      </td>
      <td className={styles.sourceCell}>
        <LinkedText text={cost.source} isShort />
      </td>
    </tr>
  );
}

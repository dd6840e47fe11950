import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { CostFigure } from '../models/CostFigure.tsx';
import { QualityFigure } from '../models/QualityFigure.tsx';
import { LinkedText } from '../parts/LinkedText.tsx';
import table from '../table/table.module.css';
import styles from './decisions.module.css';

/** The weighed version beside the one it would have replaced: every measure, with its source. */
export function EvidenceTable({ evidence }: { readonly evidence: DecisionDetail['evidence'] }) {
  const { candidate, champion } = evidence;
  const championText = champion === null ? 'No champion then' : `Champion, version ${champion.version}`;
  const none = 'There was no champion when this was decided.';
  return (
    <table className={`${table.table} ${styles.evidence}`}>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col" className={table.number}>
            Version {candidate.version}
          </th>
          <th scope="col" className={table.number}>
            {championText}
          </th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        {candidate.quality.map((quality) => (
          <tr key={quality.metric}>
            <th scope="row">{quality.metric}</th>
            <td className={table.number}>
              <QualityFigure version={candidate} metric={quality.metric} />
            </td>
            <td className={table.number}>
              <QualityFigure version={champion} metric={quality.metric} reason={none} />
            </td>
            <td className={styles.sourceCell}>
              <LinkedText text={quality.source} />
            </td>
          </tr>
        ))}
        {(['trainingCost', 'costPerThousandPredictions'] as const).map((measure) => (
          <tr key={measure}>
            <th scope="row">{measure === 'trainingCost' ? 'Training cost' : 'Cost per 1,000 predictions'}</th>
            <td className={table.number}>
              <CostFigure evidence={candidate[measure]} />
            </td>
            <td className={table.number}>
              <CostFigure evidence={champion?.[measure] ?? null} reason={none} />
            </td>
            <td className={styles.sourceCell}>
              <LinkedText text={candidate[measure].source} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import type { DecisionDetail } from '../../../src/tradeoff/decisions/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { CostFigure } from '../models/CostFigure.tsx';
import { QualityFigure } from '../models/QualityFigure.tsx';
import { UnitCostFigure } from '../models/UnitCostFigure.tsx';
import { LinkedText } from '../parts/LinkedText.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import table from '../table/table.module.css';
import styles from './decisions.module.css';
import { UnitCostRow } from './UnitCostRow.tsx';

/** The candidate next to the champion that it would replace: every measure, with its source. */
export function EvidenceTable({ evidence }: { readonly evidence: DecisionDetail['evidence'] }) {
  const { candidate, champion } = evidence;
  const none = 'There was no champion at the time of this decision.';
  return (
    <table className={`${table.table} ${styles.evidence}`}>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col" className={table.number}>
            <VersionLink model={candidate.model} version={candidate.version}>
              Version {candidate.version}
            </VersionLink>
          </th>
          <th scope="col" className={table.number}>
            {champion === null ? (
              'No champion'
            ) : (
              <>
                Champion, <VersionLink model={champion.model} version={champion.version} />
              </>
            )}
          </th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        {candidate.quality.map((quality) => (
          <tr key={quality.metric}>
            <th scope="row">{formatMetricName(quality.metric)}</th>
            <td className={table.number}>
              <QualityFigure version={candidate} metric={quality.metric} />
            </td>
            <td className={table.number}>
              <QualityFigure version={champion} metric={quality.metric} reason={none} />
            </td>
            <td className={styles.sourceCell}>
              <LinkedText text={quality.source} isShort />
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row">Training cost</th>
          <td className={table.number}>
            <CostFigure evidence={candidate.trainingCost} />
          </td>
          <td className={table.number}>
            <CostFigure evidence={champion?.trainingCost ?? null} reason={none} />
          </td>
          <td className={styles.sourceCell}>
            <LinkedText text={candidate.trainingCost.source} isShort />
          </td>
        </tr>
        {(candidate.unitCosts ?? []).map((cost) => (
          <UnitCostRow
            key={`${cost.basis} ${cost.hardware.name} ${cost.batchSize} ${cost.endpoint}`}
            cost={cost}
            champion={champion}
            none={none}
          />
        ))}
        {candidate.costPerThousandPredictions !== undefined && (
          <tr>
            <th scope="row">Cost per 1,000 predictions, all time</th>
            <td className={table.number}>
              <CostFigure evidence={candidate.costPerThousandPredictions} />
            </td>
            <td className={table.number}>
              <UnitCostFigure figure={null} reason="All-time costs have different windows and are not compared." />
            </td>
            <td className={styles.sourceCell}>{candidate.costPerThousandPredictions.source}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

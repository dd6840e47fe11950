import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { Notice } from '../parts/Notice.tsx';
import table from '../table/table.module.css';
import styles from './models.module.css';
import { QualityFigure } from './QualityFigure.tsx';
import { UnitCostFigure } from './UnitCostFigure.tsx';
import { comparedBasis, comparedFigure } from './unit-costs.ts';
import { CHAMPION } from './versions.ts';

interface AliasMeansProps {
  readonly model: string;
  readonly alias: string;
  /** undefined: it points nowhere yet. */
  readonly from: VersionEvidence | undefined;
  /** undefined: it is taken away. */
  readonly to: VersionEvidence | undefined;
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  readonly metric: string | undefined;
  readonly decisions: readonly Decision[];
}

/** Effect of an alias move: on clients that load it, on quality, on cost, and on the policy that guards it. */
export function AliasMeans({ model, alias, from, to, compared, policy, metric, decisions }: AliasMeansProps) {
  const basis = comparedBasis(compared);
  const verdict = decisions.find((decision) => decision.version === to?.version)?.verdict;
  const guarded = policy !== undefined && alias === (policy.spec.alias ?? CHAMPION);
  return (
    <>
      <p>
        Clients that load <code>{`models:/${model}@${alias}`}</code>{' '}
        {to === undefined ? 'get an error from now on.' : `get version ${to.version} from now on.`} It can be undone.
      </p>
      {(from !== undefined || to !== undefined) && (
        <table className={table.table} aria-label="Effect">
          <thead>
            <tr>
              <th scope="col">It points to</th>
              {metric !== undefined && (
                <th scope="col" className={`${table.number} ${styles.qualityHead}`}>
                  {formatMetricName(metric)}
                </th>
              )}
              <th scope="col" className={`${table.number} ${styles.costHead}`}>
                Per 1,000 predictions{basis === null ? '' : `, ${basis}`}
              </th>
            </tr>
          </thead>
          <tbody>
            {from !== undefined && <Row words="now" version={from} {...{ metric, compared }} />}
            {to !== undefined && to !== from && <Row words="then" version={to} {...{ metric, compared }} />}
          </tbody>
        </table>
      )}
      {guarded && to !== undefined && (
        <Notice>
          The policy {policy.name} governs this alias. Only an administrator can move it by hand, and the reason is
          recorded. A manual move is not evaluated;{' '}
          {verdict === undefined
            ? `version ${to.version} has not been evaluated.`
            : `its latest verdict on version ${to.version} is ${verdict}.`}
        </Notice>
      )}
    </>
  );
}

interface RowProps {
  readonly words: string;
  readonly version: VersionEvidence;
  readonly compared: ComparedUnitCosts;
  readonly metric: string | undefined;
}

function Row({ words, version, compared, metric }: RowProps) {
  return (
    <tr>
      <th scope="row">
        version {version.version}, {words}
      </th>
      {metric !== undefined && (
        <td className={table.number}>
          <QualityFigure version={version} metric={metric} />
        </td>
      )}
      <td className={table.number}>
        <UnitCostFigure {...comparedFigure(compared, version.version)} />
      </td>
    </tr>
  );
}

import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Decision } from '../../../src/tradeoff/decisions/schema.ts';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { Policy } from '../../../src/tradeoff/gates/schema.ts';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { Instant } from '../parts/Instant.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { VerdictMark } from '../parts/VerdictMark.tsx';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { useSorted } from '../table/use-sorted.ts';
import { CostFigure } from './CostFigure.tsx';
import styles from './models.module.css';
import { QualityFigure } from './QualityFigure.tsx';
import { UnitCostFigure } from './UnitCostFigure.tsx';
import { BASIS_NAME, comparedBasis, comparedFigure, comparedScale } from './unit-costs.ts';
import { buildVersionOrders } from './version-orders.ts';
import { findChampion, tableMetrics } from './versions.ts';

interface VersionsTableProps {
  readonly versions: readonly VersionEvidence[];
  readonly compared: ComparedUnitCosts;
  readonly policy: Policy | undefined;
  /** The key metric of the page, as its quality. */
  readonly metric: string | undefined;
  /** Newest first. */
  readonly decisions: readonly Decision[];
}

/** Versions with quality left and cost right, and the latest verdict on each. */
export function VersionsTable({ versions, compared, policy, metric: chosen, decisions }: VersionsTableProps) {
  const champion = findChampion(versions, policy);
  const basis = comparedBasis(compared);
  const per = comparedScale(compared)?.per ?? '1,000';
  const metrics = tableMetrics(versions, policy, chosen);
  const orders = useMemo(() => buildVersionOrders(metrics, compared, decisions), [metrics, compared, decisions]);
  const { sorted, sort } = useSorted(versions, orders);
  return (
    <SidewaysBox label="Versions">
      <table className={table.table}>
        <thead>
          <tr>
            <SortHead column="version" sort={sort}>
              Version
            </SortHead>
            {metrics.map((metric) => (
              <SortHead key={metric} column={metric} sort={sort} numeric className={styles.qualityHead}>
                {formatMetricName(metric)}
              </SortHead>
            ))}
            <SortHead column="cost" sort={sort} numeric className={styles.costHead}>
              Per {per} predictions
              {basis !== null && (
                <>
                  ,<br />
                  <span data-tip={basis}>{compared.basis === null ? '' : BASIS_NAME[compared.basis]}</span>
                </>
              )}
            </SortHead>
            <SortHead column="training" sort={sort} numeric className={styles.costHead}>
              Training
            </SortHead>
            <SortHead column="verdict" sort={sort}>
              Latest verdict
            </SortHead>
            <SortHead column="registered" sort={sort}>
              Registered
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map((version) => (
            <tr key={version.version} className={version === champion ? styles.championRow : undefined}>
              <th scope="row" className={styles.versionCell}>
                <Link
                  to="/models/$model/versions/$version"
                  params={{ model: version.model, version: version.version }}
                  className={styles.verdictLink}
                >
                  Version {version.version}
                </Link>
                {version.aliases.map((alias) => (
                  <span key={alias} className={styles.alias}>
                    @{alias}
                  </span>
                ))}
              </th>
              {metrics.map((metric) => (
                <td key={metric} className={table.number}>
                  <QualityFigure version={version} metric={metric} />
                </td>
              ))}
              <td className={table.number}>
                <UnitCostFigure {...comparedFigure(compared, version.version)} stated={per} />
              </td>
              <td className={table.number}>
                <CostFigure evidence={version.trainingCost} />
              </td>
              <td>{findVerdict(version, decisions)}</td>
              <td className={styles.when}>
                <Instant at={version.createdAt} dayOnly />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </SidewaysBox>
  );
}

function findVerdict(version: VersionEvidence, decisions: readonly Decision[]) {
  const latest = decisions.find((decision) => decision.version === version.version);
  if (latest === undefined) return <Unknown reason="This version has not been evaluated." />;
  return (
    <Link to="/decisions/$decision" params={{ decision: latest.decision }} className={styles.verdictLink}>
      <VerdictMark verdict={latest.verdict} />
    </Link>
  );
}

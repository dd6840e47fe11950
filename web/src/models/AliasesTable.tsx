import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ComparedUnitCosts } from '../../../src/tradeoff/unit-cost/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import parts from '../parts/parts.module.css';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import type { AliasRow } from './aliases.ts';
import styles from './models.module.css';
import { QualityFigure } from './QualityFigure.tsx';
import { UnitCostFigure } from './UnitCostFigure.tsx';
import { comparedBasis, comparedFigure, comparedScale } from './unit-costs.ts';

interface AliasesTableProps {
  readonly rows: readonly AliasRow[];
  readonly compared: ComparedUnitCosts;
  readonly metric: string | undefined;
  readonly onMove: (alias: string) => void;
  readonly onRemove: (alias: string) => void;
}

/** Each alias with its version and the version's quality and cost. */
export function AliasesTable({ rows, compared, metric, onMove, onRemove }: AliasesTableProps) {
  const basis = comparedBasis(compared);
  const orders = useMemo(() => buildOrders(compared, metric), [compared, metric]);
  const { sorted, sort } = useSorted(rows, orders);
  const per = comparedScale(compared)?.per ?? '1,000';
  return (
    <table className={table.table} aria-label="Aliases">
      <thead>
        <tr>
          <SortHead column="alias" sort={sort}>
            Alias
          </SortHead>
          <SortHead column="version" sort={sort}>
            Version
          </SortHead>
          {metric !== undefined && (
            <SortHead column="quality" sort={sort} numeric className={`${table.wideOnly} ${styles.qualityHead}`}>
              {formatMetricName(metric)}
            </SortHead>
          )}
          <SortHead column="cost" sort={sort} numeric className={`${table.wideOnly} ${styles.costHead}`}>
            Per {per} predictions{basis === null ? '' : `, ${basis}`}
          </SortHead>
          <th scope="col">
            <span className="visually-hidden">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map(({ alias, version }) => (
          <tr key={alias}>
            <th scope="row">@{alias}</th>
            <td>
              <Link
                to="/models/$model/versions/$version"
                params={{ model: version.model, version: version.version }}
                className={styles.verdictLink}
              >
                {version.version}
              </Link>
            </td>
            {metric !== undefined && (
              <td className={`${table.number} ${table.wideOnly}`}>
                <QualityFigure version={version} metric={metric} />
              </td>
            )}
            <td className={`${table.number} ${table.wideOnly}`}>
              <UnitCostFigure {...comparedFigure(compared, version.version)} stated={per} />
            </td>
            <td className={styles.acts}>
              <button
                type="button"
                className={parts.plain}
                aria-label={`Move @${alias} to another version`}
                onClick={() => onMove(alias)}
              >
                Move…
              </button>
              <button
                type="button"
                className={parts.plain}
                aria-label={`Remove @${alias}`}
                onClick={() => onRemove(alias)}
              >
                Remove…
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function buildOrders(compared: ComparedUnitCosts, metric: string | undefined): Comparators<AliasRow> {
  return {
    alias: compareTexts(({ alias }) => alias),
    version: compareTexts(({ version }) => version.version),
    quality: compareNumbers(({ version }) => version.quality.find((one) => one.metric === metric)?.value),
    cost: compareAmounts(({ version }) => comparedFigure(compared, version.version).figure?.perThousand.amount),
  };
}

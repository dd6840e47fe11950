import { Link } from '@tanstack/react-router';
import type { RunGroup } from '../../../src/mlops/run-views/run-table/schema.ts';
import { formatMetricName } from '../format/metric-name.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import parts from '../parts/parts.module.css';
import { Unknown } from '../parts/Unknown.tsx';
import { findBetterDirection } from '../runs/run-columns.ts';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { CostSum } from './CostSum.tsx';
import styles from './experiments.module.css';
import { groupFilter } from './group-filter.ts';
import { columnLabel } from './run-column.ts';

interface GroupsTableProps {
  readonly groups: readonly RunGroup[];
  readonly by: string;
  readonly metric: string | undefined;
  /** The filter text already in the field. */
  readonly filter: string | undefined;
}

/** One row for each group: number of runs, best and mean metric, total cost. */
export function GroupsTable({ groups, by, metric, filter }: GroupsTableProps) {
  const best = metric !== undefined && findBetterDirection(`metrics.${metric}`) === 'lower' ? 'least' : 'greatest';
  return (
    <SortableTable
      label="Groups"
      rows={groups}
      columns={[
        { head: columnLabel(by), by: (group) => group.value },
        { head: 'Runs', by: (group) => group.runs, numeric: true },
        ...(metric === undefined
          ? []
          : [
              {
                head: `Best ${formatMetricName(metric)}`,
                by: (group: RunGroup) => group.metric?.[best],
                numeric: true,
                className: styles.quality,
              },
              {
                head: `Mean ${formatMetricName(metric)}`,
                by: (group: RunGroup) => group.metric?.mean,
                numeric: true,
                className: `${styles.quality} ${table.wideOnly}`,
              },
            ]),
        { head: 'Cost', by: (group) => group.cost.costs[0]?.amount, numeric: true, className: styles.cost },
      ]}
      row={(group) => (
        <tr key={group.value ?? '\0'}>
          <th scope="row">
            <Link
              to="/experiments/$experimentId"
              from="/experiments/$experimentId"
              search={(before) => ({ ...before, group: undefined, filter: groupFilter(filter, by, group.value) })}
              className={parts.textLink}
            >
              {group.value === null ? `without ${columnLabel(by)}` : group.value === '' ? '(empty)' : group.value}
            </Link>
          </th>
          <td className={table.number}>{formatCount(group.runs)}</td>
          {metric !== undefined && (
            <>
              <td className={`${table.number} ${styles.quality}`}>
                <Figure group={group} which={best} metric={metric} />
              </td>
              <td className={`${table.number} ${styles.quality} ${table.wideOnly}`}>
                <Figure group={group} which="mean" metric={metric} />
              </td>
            </>
          )}
          <td className={`${table.number} ${styles.cost}`}>
            <CostSum sum={group.cost} />
          </td>
        </tr>
      )}
    />
  );
}

interface FigureProps {
  readonly group: RunGroup;
  readonly which: 'least' | 'mean' | 'greatest';
  readonly metric: string;
}

function Figure({ group: { metric: of, runs }, which, metric }: FigureProps) {
  if (of === null) return <Unknown reason={`No run of this group has a number for ${formatMetricName(metric)}.`} />;
  const left = runs - of.runs;
  return (
    <data
      value={of[which]}
      data-tip={`${of[which]}${left === 0 ? '' : `; ${formatCount(left)} runs without a number are left out`}`}
    >
      {formatMeasure(of[which])}
    </data>
  );
}

import { useMemo } from 'react';
import { costSummaryCsv } from '../../../src/finops/costs/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { dimensionLabel, dimensionValue } from '../format/dimension.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import parts from '../parts/parts.module.css';
import { ShareBar } from '../parts/ShareBar.tsx';
import { ShareText } from '../parts/ShareText.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { DataTable, type GridColumn } from '../table/DataTable.tsx';
import table from '../table/table.module.css';
import { OTHER_COLOUR } from '../theme/category-colours.ts';
import styles from './costs.module.css';
import { type Group, groupId } from './stack.ts';
import type { Costs } from './use-costs.ts';

interface CostTableProps {
  readonly costs: Costs;
  readonly onOpen: (group: Group) => void;
}

const HEIGHT = 320;

/** The groups with their amounts and shares; the totals row is the server's own total, the same as the headline. */
export function CostTable({ costs, onOpen }: CostTableProps) {
  const { dimensions, groups, colours, currency, selection, summary } = costs;
  const total = summary.data?.totals.find((one) => one.currency === currency)?.amount ?? '0';
  const columns = useMemo(
    () => summaryColumns(dimensions, colours, total, currency),
    [dimensions, colours, total, currency],
  );
  const csv = buildUrl(costSummaryCsv, { query: { by: [...dimensions], ...selection } });
  return (
    <Card
      title="Cost by group"
      note={
        summary.data === undefined ? undefined : `${counted(groups.length, 'group')}. A row leads to its bill rows.`
      }
      flush
      actions={
        <a className={parts.button} href={csv} download="costs.csv">
          CSV<span className="visually-hidden"> of the summary</span>
        </a>
      }
    >
      <Loaded query={summary} what="The table" height={HEIGHT}>
        {() =>
          groups.length === 0 ? (
            <EmptyState shows="The costs by group." why="No charge matches this period, team and filter." />
          ) : (
            <DataTable
              label="Costs by group"
              openHint="Enter opens the bill rows"
              columns={columns}
              rows={groups}
              rowId={(group) => groupId(group, dimensions)}
              onOpen={onOpen}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

function summaryColumns(
  dimensions: readonly string[],
  colours: ReadonlyMap<string, string>,
  total: string,
  currency: string,
): GridColumn<Group>[] {
  const whole = decimal(total);
  const ratio = (group: Group) =>
    whole.isZero()
      ? 0
      : decimal(group.amount ?? '0')
          .dividedBy(whole)
          .toNumber();
  const byDimension = dimensions.map((dimension, place): GridColumn<Group> => {
    const text = (group: Group) => dimensionValue(dimension, group[dimension] ?? null);
    return {
      id: dimension,
      header: dimensionLabel(dimension),
      compare: (a, b) => text(a).localeCompare(text(b)),
      footer: place === 0 ? 'Total' : '',
      cell: (group) => (
        <span className={table.named}>
          {place === 0 && <Swatch variable={colours.get(groupId(group, dimensions)) ?? OTHER_COLOUR} />}
          <span className={group[dimension] == null ? table.none : undefined}>{text(group)}</span>
        </span>
      ),
    };
  });
  const byAmount = (a: Group, b: Group) => decimal(a.amount ?? '0').cmp(b.amount ?? '0');
  return [
    ...byDimension,
    {
      id: 'share',
      header: 'Share',
      numeric: true,
      compare: byAmount,
      footer: '100\u00a0%',
      cell: (group) => (
        <span className={styles.shareCell}>
          <ShareBar ratio={ratio(group)} />
          <span className={styles.shareText}>
            <ShareText part={group.amount ?? '0'} whole={total} />
          </span>
        </span>
      ),
    },
    {
      id: 'amount',
      header: 'Amount',
      numeric: true,
      compare: byAmount,
      footer: (
        <span data-testid="table-total">
          <MoneyFigure money={{ amount: total, currency }} />
        </span>
      ),
      cell: (group) => <MoneyFigure money={{ amount: group.amount ?? '0', currency }} />,
    },
  ];
}

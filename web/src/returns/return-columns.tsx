import { Link } from '@tanstack/react-router';
import type { Money } from '../../../src/platform/units/schema.ts';
import type { ReturnDimension, ReturnRow } from '../../../src/tradeoff/returns/schema.ts';
import { formatPercent } from '../format/number.ts';
import { Unknown } from '../parts/Unknown.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import type { GridColumn } from '../table/DataTable.tsx';
import table from '../table/table.module.css';
import { PaybackFigure } from './PaybackFigure.tsx';
import { comparePaybacks } from './payback-text.ts';
import { ReturnMoney } from './ReturnMoney.tsx';
import styles from './returns.module.css';

/** Words of a dimension in labels. */
export const DIMENSIONS: Readonly<Record<ReturnDimension, { readonly label: string; readonly none: string }>> = {
  model: { label: 'Model', none: 'No model' },
  team: { label: 'Team', none: 'Unallocated' },
  version: { label: 'Version', none: 'No version' },
  endpoint: { label: 'Endpoint', none: 'No endpoint' },
  experiment: { label: 'Experiment', none: 'No experiment' },
  feature: { label: 'Feature', none: 'No tag' },
  customer: { label: 'Customer', none: 'No tag' },
};

/** Columns of the returns: cost in amber, then value, contribution and payback. */
export function returnColumns(by: ReturnDimension): GridColumn<ReturnRow>[] {
  const hasMaking = by !== 'feature' && by !== 'customer' && by !== 'endpoint';
  return [
    {
      id: 'key',
      header: DIMENSIONS[by].label,
      compare: (a, b) => nameRow(a, by).localeCompare(nameRow(b, by), 'en', { numeric: true }),
      cell: (row) => <RowName row={row} by={by} />,
    },
    ...(hasMaking
      ? [
          {
            id: 'making',
            header: <span className={styles.costHead}>Cost to make</span>,
            numeric: true,
            compare: compareMoney(({ making }) => making.cost),
            cell: ({ making }: ReturnRow) => (
              <ReturnMoney money={making.cost} reason={making.reason} isLowerBound={making.isLowerBound} />
            ),
          },
        ]
      : []),
    {
      id: 'running',
      header: <span className={styles.costHead}>Cost to run</span>,
      numeric: true,
      compare: compareMoney(({ running }) => running.cost),
      cell: ({ running }) => (
        <ReturnMoney money={running.cost} reason={running.reason} isLowerBound={running.isLowerBound} />
      ),
    },
    {
      id: 'value',
      header: 'Value',
      numeric: true,
      compare: compareMoney(({ value }) => value.total),
      cell: ({ value }) => <ReturnMoney money={value.total} reason={value.reason} interval={value.interval} />,
    },
    {
      id: 'contribution',
      header: <span data-tip="Value less cost to run">Contribution</span>,
      numeric: true,
      compare: compareMoney(({ contribution }) => contribution.amount),
      cell: ({ contribution }) => <ReturnMoney money={contribution.amount} reason={contribution.reason} />,
    },
    {
      id: 'margin',
      header: <span data-tip="Contribution as a share of the value">Margin</span>,
      numeric: true,
      compare: compareNumbers((a) => a.marginRatio),
      cell: ({ marginRatio, contribution }) =>
        marginRatio === null ? (
          <Unknown reason={contribution.reason ?? 'the value is not above 0'} />
        ) : (
          formatPercent(100 * marginRatio)
        ),
    },
    ...(hasMaking
      ? [
          {
            id: 'payback',
            header: 'Payback',
            compare: (a: ReturnRow, b: ReturnRow) => comparePaybacks(a.payback, b.payback),
            cell: ({ payback }: ReturnRow) => <PaybackFigure payback={payback} />,
          },
        ]
      : []),
    {
      id: 'perOutcome',
      header: <span data-tip="Cost to run by predictions with an outcome">Cost per outcome</span>,
      numeric: true,
      compare: compareMoney(({ costPerOutcome }) => costPerOutcome.cost),
      cell: ({ costPerOutcome: { cost, reason } }) => <ReturnMoney money={cost} reason={reason} />,
    },
    {
      id: 'basis',
      header: 'Basis',
      compare: compareTexts((a) => a.running.basis),
      cell: ({ running, making }) => running.basis ?? making.basis ?? <Unknown reason="no cost is known" />,
    },
  ];
}

function compareMoney(find: (row: ReturnRow) => Money | null) {
  return compareAmounts((row: ReturnRow) => find(row)?.amount);
}

function nameRow({ key, model }: ReturnRow, by: ReturnDimension): string {
  return `${model ?? ''} ${key ?? DIMENSIONS[by].none}`;
}

function RowName({ row: { key, model, experiment }, by }: { readonly row: ReturnRow; readonly by: ReturnDimension }) {
  if (key === null) return <span className={table.none}>{DIMENSIONS[by].none}</span>;
  if (by === 'model') {
    return (
      <Link to="/returns/$model" params={{ model: key }} className={table.rowLink}>
        {key}
      </Link>
    );
  }
  if (by === 'version' && model !== null) {
    return (
      <>
        {model}{' '}
        <VersionLink model={model} version={key}>
          v{key}
        </VersionLink>
      </>
    );
  }
  if (experiment !== null) return <>{key}</>;
  return <>{key}</>;
}

import { useQueries, useQuery } from '@tanstack/react-query';
import { getUnitCosts, listUnitDatasets, type UnitCosts } from '../../../src/tradeoff/returns/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { formatMoney } from '../format/money.ts';
import { counted, formatCount } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { compareAmounts, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, type RowSort, sortBy, useRowSort } from '../table/use-sorted.ts';
import { ReturnMoney } from './ReturnMoney.tsx';
import styles from './returns.module.css';

/** Datasets on the page; `steelyard unit list` has all. */
const MOST_DATASETS = 5;
const MOST_MONTHS = 12;
const HEIGHT = 160;

/** The cost per business unit of the first datasets, and whether it is still read. */
export function useUnits() {
  const datasets = useQuery(endpointQuery(listUnitDatasets));
  const names = (datasets.data?.datasets ?? []).slice(0, MOST_DATASETS).map(({ dataset }) => dataset);
  const costs = useQueries({
    queries: names.map((dataset) => endpointQuery(getUnitCosts, { params: { dataset }, query: { period: 'month' } })),
  });
  const isPending = datasets.isPending || costs.some((one) => one.isPending);
  return { datasets, known: costs.flatMap(({ data }) => data ?? []), isPending };
}

/** Cost per business unit by month, and the days that are left out. */
export function UnitsCard({ units: { datasets, known } }: { readonly units: ReturnType<typeof useUnits> }) {
  return (
    <Card
      title="Business units"
      note="Cost divided by units of the same days; days with only one of them are left out."
      actions={
        known.length > 0 && <CsvButton name="cost-per-unit" what="the cost per unit" text={() => unitsCsv(known)} />
      }
      flush
    >
      <Loaded query={datasets} what="The business units" height={HEIGHT}>
        {({ datasets: found }) =>
          found.length === 0 ? (
            <EmptyState
              shows="Cost per order, user, tenant or session, by month."
              why="No dataset of business units yet. Apply a UnitDataset, then import its days."
              command="steelyard unit import orders.csv --dataset orders"
            />
          ) : (
            <UnitsTable known={known} />
          )
        }
      </Loaded>
      {known.map((one) => (
        <LeftOut key={one.dataset} costs={one} />
      ))}
    </Card>
  );
}

const ORDERS: Comparators<UnitCosts['rows'][number]> = {
  period: compareTexts(({ period }) => period),
  cost: compareAmounts(({ cost }) => cost?.amount),
  units: compareAmounts(({ quantity }) => quantity),
  perUnit: compareAmounts(({ costPerUnit }) => costPerUnit?.amount),
};

/** The months of each dataset with their total; sorting keeps the months of a dataset together. */
function UnitsTable({ known }: { readonly known: readonly UnitCosts[] }) {
  const sort = useRowSort();
  return (
    <table className={table.table} aria-label="Cost per business unit">
      <thead>
        <tr>
          <SortHead column="period" sort={sort}>
            Period
          </SortHead>
          <SortHead column="cost" sort={sort} numeric>
            <span className={styles.costHead}>Cost</span>
          </SortHead>
          <SortHead column="units" sort={sort} numeric>
            Units
          </SortHead>
          <SortHead column="perUnit" sort={sort} numeric>
            Cost per unit
          </SortHead>
        </tr>
      </thead>
      {known.map((one) => (
        <UnitRows key={one.dataset} costs={one} sort={sort} />
      ))}
    </table>
  );
}

function UnitRows({
  costs: { dataset, unit, rows, total },
  sort,
}: {
  readonly costs: UnitCosts;
  readonly sort: RowSort;
}) {
  const latest = sortBy(rows.slice(-MOST_MONTHS), ORDERS, sort);
  return (
    <tbody>
      {latest.map(({ period, cost, quantity, costPerUnit, reason }) => (
        <tr key={period}>
          <th scope="row">{formatMonth(period)}</th>
          <td className={table.number}>
            <ReturnMoney money={cost} reason={reason} />
          </td>
          <td className={table.number}>{quantity === null ? '' : counted(Number(quantity), unit)}</td>
          <td className={table.number}>
            <ReturnMoney money={costPerUnit} reason={reason} />
          </td>
        </tr>
      ))}
      <tr>
        <th scope="row">Total of {dataset}</th>
        <td className={table.number}>
          <ReturnMoney money={total.cost} reason={total.reason} />
        </td>
        <td className={table.number}>{counted(Number(total.quantity), unit)}</td>
        <td className={table.number}>
          <strong>
            <ReturnMoney money={total.costPerUnit} reason={total.reason} />
          </strong>
        </td>
      </tr>
    </tbody>
  );
}

function LeftOut({
  costs: { dataset, unit, currency, costWithoutUnits, unitsWithoutCost },
}: {
  readonly costs: UnitCosts;
}) {
  const { days, amount } = costWithoutUnits;
  if (days === 0 && unitsWithoutCost.days === 0) return null;
  const cost = amount === null || currency === null ? 'cost' : formatMoney({ amount, currency });
  return (
    <p className={styles.more}>
      Left out of {dataset}: {days > 0 && `${counted(days, 'day')} with ${cost} and no ${unit}`}
      {days > 0 && unitsWithoutCost.days > 0 && '; '}
      {unitsWithoutCost.days > 0 &&
        `${counted(unitsWithoutCost.days, 'day')} with ${formatCount(Number(unitsWithoutCost.amount))} units and no billed cost`}
      .
    </p>
  );
}

function unitsCsv(known: readonly UnitCosts[]): string {
  return toCsv(
    ['dataset', 'unit', 'period', 'cost', 'currency', 'quantity', 'costPerUnit', 'reason'],
    known.flatMap(({ dataset, unit, currency, rows }) =>
      rows.map(({ period, cost, quantity, costPerUnit, reason }) => [
        ...[dataset, unit, period, cost?.amount ?? null, currency],
        ...[quantity, costPerUnit?.amount ?? null, reason],
      ]),
    ),
  );
}

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { CoverageDimension, type CoverageRow, getCoverage } from '../../../src/finops/allocation/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { dimensionLabel, dimensionValue } from '../format/dimension.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Select } from '../parts/Select.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { ShareText } from '../parts/ShareText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import styles from './allocation.module.css';
import type { Allocation } from './use-allocation.ts';

const HEIGHT = 320;
const MAX_ROWS = 12;
const USUAL: CoverageDimension = 'serviceName';

const ORDERS: Comparators<CoverageRow> = {
  value: compareTexts(({ value }) => value),
  total: compareAmounts(({ total }) => total),
  idle: compareAmounts(({ idle }) => idle),
  unallocated: compareAmounts(sumUnallocated),
  allocated: compareNumbers(({ allocatedRatio }) => allocatedRatio),
};

/** Coverage of the bill by a dimension, to find the parts with a low coverage. */
export function CoverageByCard({ allocation }: { readonly allocation: Allocation }) {
  const { scope, range, search, currency } = allocation;
  const by = search.of ?? USUAL;
  const navigate = useNavigate({ from: '/allocation' });
  const coverage = useQuery({
    ...endpointQuery(getCoverage, { query: { ...range, by } }),
    enabled: scope.ready,
  });
  const rows = useMemo(() => byValue(coverage.data?.rows ?? [], currency), [coverage.data, currency]);
  const { sorted, sort } = useSorted(rows, ORDERS);
  const csv = () =>
    toCsv(
      [by, 'total', 'allocated', 'idle', 'sharedUnallocated', 'unallocated', 'currency'],
      rows.map((row) => [
        ...[row.value, row.total, row.allocated, row.idle, row.sharedUnallocated, row.unallocated, currency],
      ]),
    );
  return (
    <Card
      title="Allocation coverage by value"
      note={`By ${dimensionLabel(by).toLowerCase()}, the largest ${rows.length > MAX_ROWS ? `${MAX_ROWS} of ${rows.length}` : 'first'}`}
      actions={
        <>
          <Select
            label="By"
            value={by}
            options={CoverageDimension.options.map((value) => ({ value, label: dimensionLabel(value) }))}
            onChange={(value) =>
              void navigate({
                search: (before) => ({
                  ...before,
                  of: CoverageDimension.options.find((one) => one === value && one !== USUAL),
                }),
                resetScroll: false,
              })
            }
          />
          <CsvButton name={`coverage-by-${by}`} what="the coverage by value" text={csv} />
        </>
      }
      flush
    >
      <Loaded query={coverage} what="The coverage" height={HEIGHT}>
        {() => (
          <table className={table.table}>
            <thead>
              <tr>
                <SortHead column="value" sort={sort}>
                  {dimensionLabel(by)}
                </SortHead>
                <SortHead column="total" sort={sort} numeric>
                  Total
                </SortHead>
                <SortHead column="idle" sort={sort} numeric className={table.wideOnly}>
                  Idle
                </SortHead>
                <SortHead column="unallocated" sort={sort} numeric>
                  Unallocated
                </SortHead>
                <SortHead column="allocated" sort={sort} numeric className={styles.shareColumn}>
                  Allocated
                </SortHead>
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, MAX_ROWS).map((row) => (
                <tr key={row.value}>
                  <th scope="row">{dimensionValue(by, row.value)}</th>
                  <td className={table.number}>
                    <MoneyFigure money={{ amount: row.total, currency }} />
                  </td>
                  <td className={`${table.number} ${table.wideOnly}`}>
                    <MoneyFigure money={{ amount: row.idle, currency }} />
                  </td>
                  <td className={table.number}>
                    <MoneyFigure money={{ amount: sumUnallocated(row), currency }} />
                  </td>
                  <td className={`${styles.shareColumn} ${table.number}`}>
                    <Share row={row} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
    </Card>
  );
}

function Share({ row }: { readonly row: CoverageRow }) {
  if (row.allocatedRatio === null) return <Unknown reason="The total is not above zero, so there is no share." />;
  return (
    <span className={styles.share}>
      <ShareBar ratio={row.allocatedRatio} />
      <span>
        <ShareText part={String(row.allocatedRatio)} whole="1" />
      </span>
    </span>
  );
}

function sumUnallocated(row: CoverageRow): string {
  return decimalString(decimal(row.unallocated).plus(row.sharedUnallocated));
}

/** One row for each value, summed over the periods, largest first. */
function byValue(rows: readonly CoverageRow[], currency: string): CoverageRow[] {
  const own = rows.filter((row) => row.currency === currency);
  const groups = [...Map.groupBy(own, ({ value }) => value).values()];
  return groups.flatMap(summed).toSorted((a, b) => decimal(b.total).comparedTo(a.total));
}

function summed(rows: readonly CoverageRow[]): CoverageRow[] {
  const [first] = rows;
  if (first === undefined) return [];
  const sum = (pick: (row: CoverageRow) => string) =>
    decimalString(rows.reduce((all, row) => all.plus(pick(row)), decimal(0)));
  const [total, allocated, idle] = [sum((row) => row.total), sum((row) => row.allocated), sum((row) => row.idle)];
  const whole = decimal(total);
  const ratio = whole.greaterThan(0) ? decimal(allocated).plus(idle).dividedBy(whole).toNumber() : null;
  return [
    {
      ...first,
      ...{ total, allocated, idle, allocatedRatio: ratio },
      unallocated: sum((row) => row.unallocated),
      sharedUnallocated: sum((row) => row.sharedUnallocated),
    },
  ];
}

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { getUnallocated } from '../../../src/finops/allocation/schema.ts';
import { costDimensions } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { toCsv } from '../format/csv.ts';
import { dimensionLabel, dimensionValue } from '../format/dimension.ts';
import { formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Select } from '../parts/Select.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { ShareText } from '../parts/ShareText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './allocation.module.css';
import type { Allocation } from './use-allocation.ts';

const HEIGHT = 320;
const MAX_ROWS = 10;
const USUAL = 'serviceName';

/** Unallocated cost by any dimension. */
export function UnallocatedCard({ allocation }: { readonly allocation: Allocation }) {
  const { scope, range, search } = allocation;
  const by = search.by ?? USUAL;
  const navigate = useNavigate({ from: '/allocation' });
  const known = useQuery(endpointQuery(costDimensions));
  const unallocated = useQuery({
    ...endpointQuery(getUnallocated, { query: { ...range, by, limit: MAX_ROWS } }),
    enabled: scope.ready,
    placeholderData: keepPreviousData,
  });
  const dimensions = [...(known.data?.focusColumns ?? []), ...(known.data?.tagKeys ?? []).map((key) => `tag:${key}`)];
  const options = [...new Set([by, ...dimensions])];
  const csv = () =>
    toCsv(
      [by, 'amount', 'currency', 'billRows'],
      (unallocated.data?.rows ?? []).map((row) => [row.value, row.amount, row.currency, String(row.billRows)]),
    );
  return (
    <Card
      title="Unallocated cost"
      note={`Effective cost without a rule, by ${dimensionLabel(by).toLowerCase()}, largest first`}
      actions={
        <>
          <Select
            label="By"
            value={by}
            options={options.map((value) => ({ value, label: dimensionLabel(value) }))}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, by: value === USUAL ? undefined : value }),
                resetScroll: false,
              })
            }
          />
          <CsvButton name={`unallocated-by-${by}`} what="the unallocated cost" text={csv} />
        </>
      }
      flush
    >
      <Loaded query={unallocated} what="The unallocated cost" height={HEIGHT}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyState
              shows="Bill rows that no rule takes, largest first."
              why="Every row of the bill is allocated."
            />
          ) : (
            <SortableTable
              testId="unallocated-rows"
              rows={rows}
              columns={[
                { head: dimensionLabel(by), by: (one) => dimensionValue(by, one.value) },
                { head: 'Rows', by: (one) => one.billRows, numeric: true, className: table.wideOnly },
                { head: 'Unallocated', by: (one) => one.amount, numeric: true },
                { head: 'Share', by: (one) => one.share, numeric: true, className: styles.shareColumn },
              ]}
              row={(row) => (
                <tr key={`${row.value} ${row.currency}`}>
                  <th scope="row">
                    <Link
                      to="/costs"
                      search={{
                        by: ['team'],
                        view: 'rows',
                        filter: ['kind=unallocated', `${by}=${row.value ?? ''}`],
                        ...(scope.range === undefined ? { period: 'all' as const } : range),
                      }}
                      className={table.rowLink}
                    >
                      {dimensionValue(by, row.value)}
                    </Link>
                  </th>
                  <td className={`${table.number} ${table.wideOnly}`}>{formatCount(row.billRows)}</td>
                  <td className={table.number}>
                    <MoneyFigure money={row} />
                  </td>
                  <td className={`${styles.shareColumn} ${table.number}`}>
                    {row.share === null ? (
                      <Unknown reason="The unallocated cost is not above zero, so there is no share." />
                    ) : (
                      <span className={styles.share}>
                        <ShareBar ratio={row.share} variable="--cat-other" />
                        <span>
                          <ShareText part={String(row.share)} whole="1" />
                        </span>
                      </span>
                    )}
                  </td>
                </tr>
              )}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

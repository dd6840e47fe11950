import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { DEFAULT_METRIC } from '../../../src/finops/billing/schema.ts';
import { costRows, costRowsCsv } from '../../../src/finops/costs/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { endpointPages } from '../client.ts';
import { counted, formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { DataTable } from '../table/DataTable.tsx';
import { ColumnChooser } from './ColumnChooser.tsx';
import { LeftOutNote } from './LeftOutNote.tsx';
import { allColumns, rowKey, usualColumns } from './row-columns.ts';
import { rowGridColumns } from './row-grid-columns.tsx';
import { RowDrawer } from './rows/RowDrawer.tsx';
import type { Costs } from './use-costs.ts';

const PAGE_SIZE = 100;
const HEIGHT = 600;

/** The bill rows behind the figures, largest first. */
export function CostRows({ costs }: { readonly costs: Costs }) {
  const { search, selection, scope, period, total, currency } = costs;
  const metric = search.metric ?? DEFAULT_METRIC;
  const navigate = useNavigate({ from: '/costs' });
  const pages = useInfiniteQuery({
    ...endpointPages(costRows, { ...selection, pageSize: PAGE_SIZE }),
    enabled: period.ready && !scope.empty,
  });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.rows), [pages.data]);
  const all = useMemo(() => allColumns(rows ?? [], metric), [rows, metric]);
  const names = search.columns ?? usualColumns(rows ?? [], metric);
  const key = names.join(',');
  const columns = useMemo(
    () => rowGridColumns(key.split(','), metric, total?.amount, currency),
    [key, metric, total, currency],
  );
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const open = rows?.find((row) => rowKey(row) === search.row);
  const show = (row: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, row }), resetScroll: false, replace: row === undefined });
  const count = pages.data?.pages[0]?.totalRows;
  return (
    <>
      <LeftOutNote leftOut={costs.summary.data?.leftOut} partial={costs.summary.data?.partial} metric={metric} />
      <Card
        title="Charges of this selection"
        note={
          count === undefined
            ? 'Largest first'
            : `${counted(count, 'row')}, largest first${rows !== undefined && rows.length < count ? `; ${formatCount(rows.length)} loaded, scroll for more` : ''}`
        }
        flush
        actions={
          <>
            <ColumnChooser
              all={all}
              columns={names}
              onChange={(chosen) =>
                void navigate({ search: (before) => ({ ...before, columns: chosen }), resetScroll: false })
              }
            />
            <a className={parts.button} href={buildUrl(costRowsCsv, { query: selection })} download="bill-rows.csv">
              CSV<span className="visually-hidden"> of the bill rows</span>
            </a>
          </>
        }
      >
        <Loaded query={{ data: rows, error: pages.error, refetch: pages.refetch }} what="The bill rows" height={HEIGHT}>
          {(found) =>
            found.length === 0 ? (
              <EmptyState shows="The bill rows." why="No charge matches this period, team and filter." />
            ) : (
              <DataTable
                label="Bill rows"
                openHint="Enter opens a row with all its columns"
                columns={columns}
                rows={found}
                rowId={rowKey}
                onOpen={(row) => show(rowKey(row))}
                onEnd={onEnd}
              />
            )
          }
        </Loaded>
      </Card>
      {search.row !== undefined && rows !== undefined && (
        <RowDrawer
          rowKey={search.row}
          row={open}
          part={search.part}
          onPart={(part) =>
            void navigate({ search: (before) => ({ ...before, part }), resetScroll: false, replace: true })
          }
          onClose={() => show(undefined)}
        />
      )}
    </>
  );
}

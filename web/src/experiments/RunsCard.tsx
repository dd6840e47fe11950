import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { runsCsv } from '../../../src/mlops/run-views/run-table/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { CallError } from '../client.ts';
import { counted, formatCount } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import parts from '../parts/parts.module.css';
import { useNarrow } from '../parts/use-narrow.ts';
import { DataTable } from '../table/DataTable.tsx';
import { nextSort } from '../table/server-sort.ts';
import { CostSum } from './CostSum.tsx';
import styles from './experiments.module.css';
import { GroupBySelect } from './GroupBySelect.tsx';
import { MovedNotice } from './MovedNotice.tsx';
import { NoRuns } from './NoRuns.tsx';
import { RunColumnChooser } from './RunColumnChooser.tsx';
import { columnLabel, isNumberColumn, largestFirst, NAME_COLUMN, type Order, orderText } from './run-column.ts';
import { runGridColumns } from './run-grid-columns.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { useMoveRuns } from './use-move-runs.ts';
import type { Runs } from './use-runs.ts';
import { useSelected } from './use-selected.ts';

const HEIGHT = 560;

/** The table of runs: any columns, sorted by the server; loads more rows on scrolling. */
export function RunsCard({ runs }: { readonly runs: Runs }) {
  const { search, pages, rows, columns, count, cost, order, known } = runs;
  const navigate = useNavigate({ from: '/experiments/$experimentId' });
  const go = useNavigate();
  const ids = useMemo(() => (rows ?? []).map((run) => run.runId), [rows]);
  const selected = useSelected(ids);
  const moving = useMoveRuns(() => selected.set([]));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const narrow = useNarrow();
  const total = count.isPlaceholderData ? undefined : count.data?.runs;
  const sum = cost.isPlaceholderData ? undefined : cost.data;
  const grid = useMemo(
    () =>
      runGridColumns({
        columns,
        pinned: search.pin ?? [],
        selected,
        rows: rows ?? [],
        narrow,
        footers: {
          [NAME_COLUMN]: <span data-testid="runs-total">{total === undefined ? '' : counted(total, 'run')}</span>,
          'cost.total': <span data-testid="cost-total">{sum === undefined ? '' : <CostSum sum={sum} />}</span>,
        },
      }),
    [columns, search.pin, selected, rows, narrow, total, sum],
  );
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...next }), resetScroll: false });
  const refused = pages.error instanceof CallError && pages.error.problem.code === 'search_filter_invalid';
  const file = { ...runs.asked, columns: [NAME_COLUMN, ...columns] };
  return (
    <Card
      title="Runs with quality and cost"
      note={describeRuns(total, rows?.length, order)}
      flush
      actions={
        <>
          <GroupBySelect runs={runs} />
          <RunColumnChooser
            known={known.data?.columns ?? []}
            visibleColumns={columns}
            pinned={search.pin ?? []}
            complete={known.data?.complete ?? false}
            onChange={(columns, pin) => change({ columns, pin })}
          />
          <a className={parts.button} href={buildUrl(runsCsv, { query: file })} download="runs.csv">
            CSV<span className="visually-hidden"> of the runs that match</span>
          </a>
        </>
      }
    >
      <MovedNotice moving={moving} />
      <SelectionBar selected={selected} rows={rows ?? []} moving={moving} />
      {refused ? (
        <EmptyState shows="The runs that match the filter." why="The filter above is not valid." />
      ) : (
        <Loaded query={{ data: rows, error: pages.error, refetch: pages.refetch }} what="The runs" height={HEIGHT}>
          {(found) =>
            found.length === 0 ? (
              <NoRuns runs={runs} />
            ) : (
              <div className={pages.isPlaceholderData ? styles.stale : undefined} aria-busy={pages.isPlaceholderData}>
                <DataTable
                  label="Runs"
                  openHint="Arrow keys move, Space marks a run, Enter opens it"
                  className={styles.grid}
                  columns={grid}
                  rows={found}
                  total={total}
                  rowId={(run) => run.runId}
                  onOpen={(run) => void go({ to: '/runs/$runId', params: { runId: run.runId } })}
                  onMark={(run) => selected.toggle(run.runId, false)}
                  onEnd={onEnd}
                  sort={{
                    ...order,
                    sortable: () => true,
                    onSort: (column) => change({ sort: orderText(nextSort(order, column, largestFirst(column))) }),
                  }}
                />
              </div>
            )
          }
        </Loaded>
      )}
    </Card>
  );
}

function describeRuns(total: number | undefined, loaded: number | undefined, { by, descending }: Order): string {
  const first = by === null ? 'Newest first' : `By ${columnLabel(by)}, ${describeDirection(by, descending)} first`;
  if (total === undefined || loaded === undefined || loaded >= total) return first;
  return `${first}; ${formatCount(loaded)} of ${formatCount(total)} loaded, scroll for more`;
}

function describeDirection(column: string, descending: boolean): string {
  if (column.endsWith('_time')) return descending ? 'newest' : 'oldest';
  if (isNumberColumn(column)) return descending ? 'largest' : 'smallest';
  return descending ? 'last letters' : 'first letters';
}

import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { DataTable } from '../table/DataTable.tsx';
import { historyColumns } from './history-columns.tsx';
import { runsCsv } from './runs-csv.ts';
import { useNow } from './use-now.ts';
import { isActive, type PipelineRuns } from './use-pipelines.ts';

const HEIGHT = 320;

interface HistoryCardProps {
  readonly pipeline: string;
  readonly history: PipelineRuns;
}

/** Every run of a pipeline, latest first; loads more on scrolling. */
export function HistoryCard({ pipeline, history: { runs, query, onEnd, hasNextPage } }: HistoryCardProps) {
  const navigate = useNavigate();
  const nowMs = useNow((runs ?? []).some((run) => isActive(run)));
  const hasCommits = (runs ?? []).some(({ commit }) => commit !== null);
  const columns = useMemo(() => historyColumns(nowMs, hasCommits), [nowMs, hasCommits]);
  const loaded = runs === undefined ? undefined : `${counted(runs.length, 'run')}, latest first`;
  return (
    <Card
      title="Run history"
      note={hasNextPage ? `${loaded}; more as you scroll` : loaded}
      actions={<CsvButton name={`${pipeline}-runs`} what="the runs" text={() => runsCsv(runs ?? [])} />}
      flush
    >
      <Loaded query={query} what="The runs" height={HEIGHT}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState
              shows="Every run with its result, duration and cost."
              why="No run yet. Start one with the button above."
            />
          ) : (
            <DataTable
              label={`Runs of ${pipeline}`}
              openHint="Arrow keys move, Enter opens a run"
              columns={columns}
              rows={found}
              rowId={({ run }) => run}
              onOpen={({ number }) =>
                void navigate({ to: '/pipelines/$pipeline/runs/$run', params: { pipeline, run: String(number) } })
              }
              onEnd={onEnd}
            />
          )
        }
      </Loaded>
    </Card>
  );
}

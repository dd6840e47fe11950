import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Pipeline } from '../../../src/mlops/pipelines/schema.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { DataTable } from '../table/DataTable.tsx';
import { recentColumns } from './history-columns.tsx';
import { LatestStepsCard } from './LatestStepsCard.tsx';
import { Trends } from './Trends.tsx';
import { useNow } from './use-now.ts';
import { isActive, useRecentRuns } from './use-pipelines.ts';

const HEIGHT = 320;

/** The latest runs of all pipelines, and cost and duration of the pipeline that ran last; of a single run its steps. */
export function RecentRunsCard({ pipelines }: { readonly pipelines: readonly Pipeline[] }) {
  const navigate = useNavigate();
  const { runs, query } = useRecentRuns(pipelines);
  const nowMs = useNow(runs.some((run) => isActive(run)));
  const columns = useMemo(() => recentColumns(nowMs), [nowMs]);
  const [newest] = runs;
  const latest = newest?.pipeline;
  if (pipelines.every(({ lastRun }) => lastRun === null)) return null;
  // The table of pipelines has all of a single run; a chart of it would have one bar.
  if (newest !== undefined && runs.length === 1 && query.data !== undefined) return <LatestStepsCard run={newest} />;
  return (
    <div className={layout.stack}>
      <Card title="Recent runs" note="Of all pipelines, latest first" flush>
        <Loaded query={query} what="The runs" height={HEIGHT}>
          {(found) => (
            <DataTable
              label="Runs of all pipelines"
              openHint="Arrow keys move, Enter opens a run"
              columns={columns}
              rows={found}
              rowId={({ run }) => run}
              onOpen={({ pipeline, number }) =>
                void navigate({ to: '/pipelines/$pipeline/runs/$run', params: { pipeline, run: String(number) } })
              }
            />
          )}
        </Loaded>
      </Card>
      {latest !== undefined && <Trends pipeline={latest} runs={runs.filter(({ pipeline }) => pipeline === latest)} />}
    </div>
  );
}

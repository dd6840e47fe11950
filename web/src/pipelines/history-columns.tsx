import { Link } from '@tanstack/react-router';
import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import type { GridColumn } from '../table/DataTable.tsx';
import table from '../table/table.module.css';
import { CostSoFar } from './CostSoFar.tsx';
import { StateMark } from './StateMark.tsx';
import { Took } from './Took.tsx';
import { causeText, NO_COMMIT, NOT_BEGUN, stepsText } from './words.ts';

const SHORT_COMMIT = 10;

/** Columns of the run history of a pipeline. */
export function historyColumns(nowMs: number): GridColumn<PipelineRunSummary>[] {
  return [
    {
      id: 'run',
      header: 'Run',
      cell: ({ pipeline, number }) => (
        <Link to="/pipelines/$pipeline/runs/$run" params={{ pipeline, run: String(number) }} className={table.rowLink}>
          #{number}
        </Link>
      ),
    },
    { id: 'state', header: 'State', cell: ({ state }) => <StateMark state={state} /> },
    {
      id: 'took',
      header: 'Duration',
      numeric: true,
      cell: (run) => <Took of={run} nowMs={nowMs} reason={NOT_BEGUN} />,
    },
    { id: 'cost', header: 'Cost', numeric: true, cell: (run) => <CostSoFar run={run} /> },
    { id: 'steps', header: 'Steps done', cell: ({ steps }) => stepsText(steps) },
    { id: 'cause', header: 'Trigger', cell: ({ cause }) => causeText(cause) },
    { id: 'by', header: 'Requested by', cell: ({ requestedBy }) => requestedBy },
    {
      id: 'commit',
      header: 'Commit',
      cell: ({ commit }) =>
        commit === null ? (
          <Unknown reason={NO_COMMIT} />
        ) : (
          <code data-tip={commit}>{commit.slice(0, SHORT_COMMIT)}</code>
        ),
    },
    { id: 'when', header: 'Time', cell: ({ createdAt }) => <Instant at={createdAt} /> },
  ];
}

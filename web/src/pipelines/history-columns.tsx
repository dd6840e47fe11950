import { Link } from '@tanstack/react-router';
import type { PipelineRunSummary } from '../../../src/mlops/pipelines/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { compareAmounts, compareNumbers, compareTexts } from '../table/comparators.ts';
import type { GridColumn } from '../table/DataTable.tsx';
import table from '../table/table.module.css';
import { CostSoFar } from './CostSoFar.tsx';
import { tookMs } from './run-times.ts';
import { StateMark } from './StateMark.tsx';
import { Took } from './Took.tsx';
import { causeText, NO_COMMIT, NOT_BEGUN, stepsText } from './words.ts';

const SHORT_COMMIT = 10;

/** Columns of the latest runs of several pipelines. */
export function recentColumns(nowMs: number): GridColumn<PipelineRunSummary>[] {
  const shown = historyColumns(nowMs).filter(({ id }) => id !== 'by' && id !== 'commit');
  return [
    {
      id: 'pipeline',
      header: 'Pipeline',
      compare: compareTexts(({ pipeline }) => pipeline),
      cell: ({ pipeline }) => (
        <Link to="/pipelines/$pipeline" params={{ pipeline }} className={table.rowLink}>
          {pipeline}
        </Link>
      ),
    },
    ...shown,
  ];
}

/** Columns of the run history of a pipeline; without the commit where no run has one. */
export function historyColumns(nowMs: number, hasCommits = true): GridColumn<PipelineRunSummary>[] {
  const all: GridColumn<PipelineRunSummary>[] = [
    {
      id: 'run',
      compare: compareNumbers(({ number }) => number),
      header: 'Run',
      cell: ({ pipeline, number }) => (
        <Link to="/pipelines/$pipeline/runs/$run" params={{ pipeline, run: String(number) }} className={table.rowLink}>
          #{number}
        </Link>
      ),
    },
    {
      id: 'state',
      compare: compareTexts(({ state }) => state),
      header: 'State',
      cell: ({ state }) => <StateMark state={state} />,
    },
    {
      id: 'when',
      compare: compareTexts(({ createdAt }) => createdAt),
      header: 'Time',
      cell: ({ createdAt }) => <Instant at={createdAt} />,
    },
    {
      id: 'took',
      compare: compareNumbers((run) => tookMs(run, nowMs)),
      header: 'Duration',
      numeric: true,
      cell: (run) => <Took of={run} nowMs={nowMs} reason={NOT_BEGUN} />,
    },
    {
      id: 'cost',
      compare: compareAmounts(({ cost }) => cost?.amount),
      header: 'Cost',
      numeric: true,
      cell: (run) => <CostSoFar run={run} />,
    },
    {
      id: 'steps',
      compare: compareTexts(({ steps }) => stepsText(steps)),
      header: 'Steps done',
      cell: ({ steps }) => stepsText(steps),
    },
    {
      id: 'cause',
      compare: compareTexts(({ cause }) => causeText(cause)),
      header: 'Trigger',
      cell: ({ cause }) => causeText(cause),
    },
    {
      id: 'by',
      compare: compareTexts(({ requestedBy }) => requestedBy),
      header: 'Requested by',
      cell: ({ requestedBy }) => requestedBy,
    },
    {
      id: 'commit',
      compare: compareTexts(({ commit }) => commit),
      header: 'Commit',
      cell: ({ commit }) =>
        commit === null ? (
          <Unknown reason={NO_COMMIT} />
        ) : (
          <code data-tip={commit}>{commit.slice(0, SHORT_COMMIT)}</code>
        ),
    },
  ];
  return hasCommits ? all : all.filter(({ id }) => id !== 'commit');
}

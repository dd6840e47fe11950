import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listExperimentActivity, listRunColumns } from '../../../src/mlops/run-views/run-table/schema.ts';
import { listExperiments } from '../../../src/mlops/runs/schema.ts';
import { endpointPages, endpointQuery } from '../client.ts';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import parts from '../parts/parts.module.css';
import { guessDirection, keyMetric } from '../runs/metric-words.ts';
import { ExperimentFilters } from './ExperimentFilters.tsx';
import { ExperimentsAnswer } from './ExperimentsAnswer.tsx';
import { ExperimentsTable } from './ExperimentsTable.tsx';
import { MovedExperimentNotice } from './MovedExperimentNotice.tsx';
import { pythonLines } from './python-lines.ts';
import { useMoveExperiment } from './use-move-experiment.ts';

const PAGE_SIZE = 100;
const HEIGHT = 320;

/** All experiments with their activity and cost. */
export function ExperimentsPage() {
  const search = useSearch({ from: '/experiments' });
  const navigate = useNavigate({ from: '/experiments' });
  const view = search.view ?? ('active' as const);
  const pages = useInfiniteQuery({
    ...endpointPages(listExperiments, { name: search.name ?? '', view, pageSize: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  });
  const experiments = useMemo(() => pages.data?.pages.flatMap((page) => page.experiments), [pages.data]);
  const columns = useQuery(endpointQuery(listRunColumns, { query: {} }));
  const metrics = (columns.data?.columns ?? []).filter((column) => column.entity === 'metric').map(({ key }) => key);
  const metric = search.metric ?? keyMetric(metrics);
  const goal: 'highest' | 'lowest' =
    search.goal ?? (search.metric === undefined && guessDirection(metric ?? '') === 'lower' ? 'lowest' : 'highest');
  const best = metric === undefined ? {} : { metric, goal };
  const activity = useQuery({
    ...endpointQuery(listExperimentActivity, {
      query: { experimentIds: (experiments ?? []).map((one) => one.experimentId), ...best },
    }),
    enabled: experiments !== undefined && experiments.length > 0 && !columns.isPending,
    placeholderData: keepPreviousData,
  });
  // The activity orders the rows: they are shown with it, so that none moves.
  const isOrdered = experiments?.length === 0 || !activity.isPending;
  const moving = useMoveExperiment();
  const plain = search.name === undefined && view === 'active';
  const nothing = plain && activity.data?.experiments.every((one) => one.runs === 0) === true;
  return (
    <Page
      title="Experiments"
      answer={
        experiments === undefined && pages.error === null ? (
          <AnswerPending />
        ) : (
          <ExperimentsAnswer
            experiments={experiments ?? []}
            activity={activity.data?.experiments}
            error={pages.error}
            search={search}
          />
        )
      }
    >
      <ExperimentFilters
        search={search}
        metrics={metrics}
        usual={keyMetric(metrics)}
        onChange={(next) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })}
      />
      <Card title="Experiments and their cost" flush>
        <MovedExperimentNotice moving={moving} />
        <Loaded
          query={{ data: isOrdered ? experiments : undefined, error: pages.error, refetch: pages.refetch }}
          what="The experiments"
          height={HEIGHT}
        >
          {(found) =>
            nothing || found.length === 0 ? (
              <NoExperiments plain={plain} deleted={view === 'deleted'} />
            ) : (
              <ExperimentsTable
                experiments={found}
                activity={activity.data?.experiments}
                failed={activity.error}
                metric={metric}
                moving={moving}
              />
            )
          }
        </Loaded>
        {pages.hasNextPage && (
          <button type="button" className={parts.button} onClick={() => void pages.fetchNextPage()}>
            Show older experiments
          </button>
        )}
      </Card>
    </Page>
  );
}

function NoExperiments({ plain, deleted }: { readonly plain: boolean; readonly deleted: boolean }) {
  const shows = 'Every experiment, with its runs, its last activity and its cost.';
  if (!plain) {
    const why = deleted ? 'No deleted experiment has a matching name.' : 'No experiment has a matching name.';
    return <EmptyState shows={shows} why={why} />;
  }
  return (
    <EmptyState
      shows={shows}
      why="No run has been logged yet. Any MLflow client with this server as its tracking URI logs here; three lines of Python:"
      command={pythonLines(window.location.origin)}
    />
  );
}

import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { LineageCard } from '../lineage/LineageCard.tsx';
import { AnswerPending } from '../parts/AnswerPending.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { ArtifactsCard } from './ArtifactsCard.tsx';
import { namedRuns } from './curves.ts';
import { KeyValues } from './KeyValues.tsx';
import { MetricsTable } from './MetricsTable.tsx';
import { RunAnswer } from './RunAnswer.tsx';
import { RunCurves } from './RunCurves.tsx';
import { RunFactsCard } from './RunFactsCard.tsx';
import { RunModels } from './RunModels.tsx';
import { RunStage } from './RunStage.tsx';
import styles from './runs.module.css';
import type { RunSearch } from './runs-search.ts';
import { useRun } from './use-run.ts';

const FACTS_HEIGHT = 260;
const TABLE_HEIGHT = 320;

/** How did this run go, what did it take, and what came of it? */
export function RunPage() {
  const { runId } = useParams({ from: '/runs/$runId' });
  const search = useSearch({ from: '/runs/$runId' });
  const navigate = useNavigate({ from: '/runs/$runId' });
  const { run, facts, metrics, versions, histories } = useRun(runId, search);
  const named = useMemo(() => namedRuns(run.data === undefined ? [] : [run.data])[0], [run.data]);
  const change = (changes: Partial<RunSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false });
  const courses = (metrics.data?.metrics ?? []).filter(({ samples }) => samples > 1).map(({ key }) => key);
  return (
    <Page
      title={run.data === undefined ? 'Run' : `Run ${run.data.runName}`}
      answer={
        run.isError ? (
          'The run could not be read.'
        ) : run.data === undefined ? (
          <AnswerPending />
        ) : (
          <RunAnswer run={run.data} />
        )
      }
    >
      <div className={styles.stack}>
        <Loaded query={run} what="The run" height={FACTS_HEIGHT}>
          {(data) => <RunFactsCard run={data} facts={facts.data} />}
        </Loaded>
        <Card title="What did it measure?" note="Latest value, with its interval where the client logged one." flush>
          <Loaded query={metrics} what="The metrics" height={TABLE_HEIGHT}>
            {(data) =>
              data.metrics.length === 0 ? (
                <EmptyState shows="The metrics of the run." why="It logged none. mlflow.log_metric adds them." />
              ) : (
                <MetricsTable metrics={data.metrics} histories={histories.data?.histories ?? []} />
              )
            }
          </Loaded>
        </Card>
        {named !== undefined && metrics.data !== undefined && (
          <RunCurves
            run={named}
            histories={histories.data?.histories ?? []}
            metrics={courses}
            view={search}
            onView={change}
          />
        )}
        <ArtifactsCard
          runId={runId}
          facts={facts.data}
          versions={versions.data?.versions ?? []}
          search={search}
          onChange={change}
        />
        {facts.data !== undefined && <RunModels facts={facts.data} versions={versions.data?.versions ?? []} />}
        <LineageCard node={`run:${runId}`} linked />
        {run.data !== undefined && (
          <div className={styles.pair}>
            <KeyValues
              title="What was it given?"
              head="Param"
              values={run.data.params}
              shows="The params of the run."
              why="It logged none. mlflow.log_param adds them."
            />
            <KeyValues
              title="What is it tagged with?"
              head="Tag"
              values={run.data.tags}
              shows="The tags of the run."
              why="It has none. mlflow.set_tag adds them."
            />
          </div>
        )}
        {run.data !== undefined && facts.data !== undefined && (
          <RunStage
            runId={runId}
            name={run.data.runName}
            stage={facts.data.lifecycleStage}
            versions={versions.data?.versions.length ?? 0}
          />
        )}
      </div>
    </Page>
  );
}

import { useMemo } from 'react';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { LineageCard } from '../lineage/LineageCard.tsx';
import { NoteCard } from '../notes/NoteCard.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import layout from '../parts/layout.module.css';
import { ArtifactsCard } from './ArtifactsCard.tsx';
import { namedRuns } from './curves.ts';
import { DoneNotice } from './DoneNotice.tsx';
import { KeyValues } from './KeyValues.tsx';
import { MetricsTable } from './MetricsTable.tsx';
import { RunCurves } from './RunCurves.tsx';
import { RunFactsCard } from './RunFactsCard.tsx';
import { RunModels } from './RunModels.tsx';
import { RunStage } from './RunStage.tsx';
import styles from './runs.module.css';
import type { RunSearch } from './runs-search.ts';
import { TagsCard } from './TagsCard.tsx';
import { useEditRun } from './use-edit-run.ts';
import type { RunQueries } from './use-run.ts';

const TABLE_HEIGHT = 320;
const NOTE_TAG = 'mlflow.note.content';

interface RunBodyProps {
  readonly run: Run;
  readonly queries: RunQueries;
  readonly search: RunSearch;
  readonly onChange: (changes: Partial<RunSearch>) => void;
}

/** Everything of a run below its answer. */
export function RunBody({ run, queries, search, onChange }: RunBodyProps) {
  const { facts, metrics, versions, histories } = queries;
  const { runId } = run;
  const editing = useEditRun(runId);
  const named = useMemo(() => namedRuns([run])[0], [run]);
  const courses = (metrics.data?.metrics ?? []).filter(({ samples }) => samples > 1).map(({ key }) => key);
  const made = versions.data?.versions ?? [];
  const note = run.tags[NOTE_TAG] || null;
  return (
    <div className={layout.stack}>
      <DoneNotice editing={editing} />
      <RunFactsCard run={run} facts={facts.data} editing={editing} asOfMs={queries.run.dataUpdatedAt} />
      <NoteCard
        of="this run"
        text={note}
        locked={run.lifecycleStage === 'deleted' ? 'The run is deleted.' : undefined}
        pending={editing.change.isPending}
        error={editing.change.error?.message}
        onOpen={editing.change.reset}
        onSave={(text) =>
          editing.change.mutateAsync({
            edit: { tags: { [NOTE_TAG]: text === '' ? null : text } },
            text: text === '' ? 'The note was removed.' : 'The note was saved.',
            back: { tags: { [NOTE_TAG]: note } },
          })
        }
      />
      <Card title="Metrics" note="Latest value, with its interval where the client logged one." flush>
        <Loaded query={metrics} what="The metrics" height={TABLE_HEIGHT}>
          {(data) =>
            data.metrics.length === 0 ? (
              <EmptyState shows="The metrics of the run." why="No metric. mlflow.log_metric adds them." />
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
          onView={onChange}
        />
      )}
      <ArtifactsCard runId={runId} facts={facts.data} versions={made} search={search} onChange={onChange} />
      {facts.data !== undefined && <RunModels runId={runId} facts={facts.data} versions={made} />}
      <LineageCard node={`run:${runId}`} linked />
      <div className={styles.pair}>
        <KeyValues
          title="Params"
          head="Param"
          values={run.params}
          shows="The params of the run."
          why="No param. mlflow.log_param adds them."
        />
        <TagsCard run={run} editing={editing} />
      </div>
      <RunStage runId={runId} name={run.runName} stage={run.lifecycleStage} versions={made.length} />
    </div>
  );
}

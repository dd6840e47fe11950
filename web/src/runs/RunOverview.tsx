import type { Run } from '../../../src/mlops/runs/schema.ts';
import { NoteCard } from '../notes/NoteCard.tsx';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { KeyValues } from './KeyValues.tsx';
import { MetricsTable } from './MetricsTable.tsx';
import { RunFactsCard } from './RunFactsCard.tsx';
import { RunStage } from './RunStage.tsx';
import styles from './runs.module.css';
import { TagsCard } from './TagsCard.tsx';
import type { EditedRun } from './use-edit-run.ts';
import type { RunQueries } from './use-run.ts';

const TABLE_HEIGHT = 320;
const NOTE_TAG = 'mlflow.note.content';

interface RunOverviewProps {
  readonly run: Run;
  readonly queries: RunQueries;
  readonly editing: EditedRun;
}

/** Metrics, params and tags of a run, then its origin, cost and note; without a metric, origin and cost come first. */
export function RunOverview({ run, queries, editing }: RunOverviewProps) {
  const { facts, metrics, versions, histories } = queries;
  const note = run.tags[NOTE_TAG] || null;
  const origin = <RunFactsCard run={run} facts={facts.data} editing={editing} asOfMs={queries.run.dataUpdatedAt} />;
  const isMeasured = metrics.data === undefined || metrics.data.metrics.length > 0;
  const measured = (
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
  );
  return (
    <>
      {!isMeasured && origin}
      {isMeasured && measured}
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
      {isMeasured ? origin : measured}
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
      <RunStage
        runId={run.runId}
        name={run.runName}
        stage={run.lifecycleStage}
        versions={versions.data?.versions.length ?? 0}
      />
    </>
  );
}

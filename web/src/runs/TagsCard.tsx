import { useState } from 'react';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import parts from '../parts/parts.module.css';
import { type SortableColumn, SortableTable } from '../table/SortableTable.tsx';
import { NewTag } from './NewTag.tsx';
import styles from './runs.module.css';
import { TagRow } from './TagRow.tsx';
import type { EditedRun } from './use-edit-run.ts';

type Tag = readonly [key: string, value: string];
const COLUMNS: readonly SortableColumn<Tag>[] = [
  { head: 'Tag', by: ([key]) => key },
  { head: 'Value', by: ([, value]) => value },
];

interface TagsCardProps {
  readonly run: Run;
  readonly editing: EditedRun;
}

/** The tags of a run: user-defined ones can be edited in place, those of MLflow's clients are below. */
export function TagsCard({ run, editing }: TagsCardProps) {
  const [adding, setAdding] = useState(false);
  const { given, noted } = tagGroups(run.tags);
  const editable = run.lifecycleStage === 'active';
  return (
    <Card
      title="Tags"
      flush
      actions={
        editable &&
        !adding && (
          <button
            type="button"
            className={parts.button}
            onClick={() => {
              editing.change.reset();
              setAdding(true);
            }}
          >
            Add tag
          </button>
        )
      }
    >
      {adding && <NewTag tags={run.tags} editing={editing} onClose={() => setAdding(false)} />}
      {given.length === 0 ? (
        <EmptyState
          shows="Tags state the owner and the purpose of the run; steelyard.team assigns its cost to a team."
          why="No tag. Add one here, or with mlflow.set_tag."
        />
      ) : (
        <SortableTable
          rows={given}
          columns={editable ? [...COLUMNS, { hiddenHead: 'Change' }] : COLUMNS}
          row={([key, value]) => (
            <TagRow key={key} tag={key} value={value} tags={run.tags} editing={editable ? editing : undefined} />
          )}
        />
      )}
      {noted.length > 0 && (
        <details className={styles.noted}>
          <summary className={styles.more}>Tags of the client ({noted.length})</summary>
          <SortableTable
            rows={noted}
            columns={COLUMNS}
            row={([key, value]) => <TagRow key={key} tag={key} value={value} tags={run.tags} editing={undefined} />}
          />
        </details>
      )}
    </Card>
  );
}

/** Prefix of the tags that MLflow's clients set automatically. */
const CLIENTS = 'mlflow.';

/** Tags from users and jobs, by key, and those that MLflow's clients set automatically. */
function tagGroups(tags: Readonly<Record<string, string>>): {
  readonly given: readonly Tag[];
  readonly noted: readonly Tag[];
} {
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    given: sorted.filter(([key]) => !key.startsWith(CLIENTS)),
    noted: sorted.filter(([key]) => key.startsWith(CLIENTS)),
  };
}

import { useNavigate, useSearch } from '@tanstack/react-router';
import { Choice } from '../parts/Choice.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Page } from '../parts/Page.tsx';
import { Select } from '../parts/Select.tsx';
import { LineageAnswer } from './LineageAnswer.tsx';
import { LineageCard } from './LineageCard.tsx';
import styles from './lineage.module.css';
import { NodesCard } from './NodesCard.tsx';
import { StartCard } from './StartCard.tsx';

const DIRECTIONS = [
  { value: 'upstream', label: 'Upstream' },
  { value: 'both', label: 'Both' },
  { value: 'downstream', label: 'Downstream' },
] as const;
const DEPTHS = ['1', '2', '3', '4', '6', '8', '10'].map((value) => ({ value, label: value }));

/** The lineage of a node. */
export function LineagePage() {
  const { node, direction = 'both', depth = 6 } = useSearch({ from: '/lineage' });
  const navigate = useNavigate({ from: '/lineage' });
  if (node === undefined) {
    return (
      <Page title="Lineage" answer="No node is chosen." shortAnswer>
        <div className={styles.cards}>
          <EmptyState
            shows="The path from the bill line to the decision, through a resource, run, dataset or version."
            why="Open it from a run or a model version, or name a node in the shell."
            command="steelyard lineage show run:RUN_ID"
          />
          <StartCard />
        </div>
      </Page>
    );
  }
  return (
    <Page title="Lineage" answer={<LineageAnswer node={node} depth={depth} direction={direction} />}>
      <div className={styles.controls}>
        <Choice
          label="Direction"
          value={direction}
          options={DIRECTIONS}
          onChange={(value) => void navigate({ search: (before) => ({ ...before, direction: value }) })}
        />
        <Select
          label="Steps"
          value={String(depth)}
          options={DEPTHS}
          onChange={(value) => void navigate({ search: (before) => ({ ...before, depth: Number(value) }) })}
        />
      </div>
      <div className={styles.cards}>
        <LineageCard node={node} direction={direction} depth={depth} />
        <NodesCard node={node} direction={direction} depth={depth} />
      </div>
    </Page>
  );
}

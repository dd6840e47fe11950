import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { getLineage, type Lineage } from '../../../src/tradeoff/lineage/schema.ts';
import { endpointQuery } from '../client.ts';
import { counted } from '../format/number.ts';
import { Card } from '../parts/Card.tsx';
import { Choice } from '../parts/Choice.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { LeftOutList } from './LeftOutList.tsx';
import { LineageGraph } from './LineageGraph.tsx';
import { LineageTable } from './LineageTable.tsx';
import styles from './lineage.module.css';

interface LineageCardProps {
  /** `run:…`, `model_version:name/3`, … */
  readonly node: string;
  readonly depth?: number;
  readonly direction?: 'upstream' | 'downstream' | 'both';
  /** Shows the way to the page of the graph. */
  readonly linked?: boolean;
}

const VIEWS = [
  { value: 'graph', label: 'Graph' },
  { value: 'table', label: 'Table' },
] as const;
const HEIGHT = 320;

/** Sources and results of a node, from the bill line to the decision. */
export function LineageCard({ node, depth = 4, direction = 'both', linked = false }: LineageCardProps) {
  const [view, setView] = useState<'graph' | 'table'>('graph');
  const lineage = useQuery(endpointQuery(getLineage, { query: { node, depth, direction } }));
  return (
    <Card
      title="From the bill to the decision"
      note={lineage.data === undefined ? 'Nodes and links' : formatSize(lineage.data)}
      actions={
        <div className={styles.actions}>
          {linked && (
            <Link to="/lineage" search={{ node }} className={styles.more}>
              Open the graph
            </Link>
          )}
          <Choice label="Show as" value={view} options={VIEWS} onChange={setView} />
        </div>
      }
      flush
    >
      <Loaded query={lineage} what="The lineage" height={HEIGHT}>
        {(data) =>
          data.edges.length === 0 ? (
            <EmptyState
              shows="Bill lines, resources, datasets, runs, versions and decisions that this is connected with."
              why="No origin and no result is recorded."
            />
          ) : (
            <>
              {view === 'graph' ? <LineageGraph lineage={data} /> : <LineageTable lineage={data} />}
              <LeftOutList lineage={data} />
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

function formatSize({ nodes, edges }: Lineage): string {
  return `${counted(nodes.length, 'node')}, ${counted(edges.length, 'link')}`;
}

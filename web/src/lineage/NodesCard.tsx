import { useQuery } from '@tanstack/react-query';
import { getLineage } from '../../../src/tradeoff/lineage/schema.ts';
import { endpointQuery } from '../client.ts';
import { Card } from '../parts/Card.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './lineage.module.css';
import { NodeLink } from './NodeLink.tsx';
import { laneTitle, listFacts, nodeName } from './words.ts';

interface NodesCardProps {
  readonly node: string;
  readonly depth: number;
  readonly direction: 'upstream' | 'downstream' | 'both';
}

const HEIGHT = 240;
const NO_COST = 'No cost is recorded for this node.';

/** The nodes of the graph with their cost and facts. */
export function NodesCard(query: NodesCardProps) {
  const lineage = useQuery(endpointQuery(getLineage, { query }));
  return (
    <Card
      title="Details"
      note="Cost and facts of each node. The costs do not add up: one flows through several nodes."
      flush
    >
      <Loaded query={lineage} what="The nodes" height={HEIGHT}>
        {({ nodes }) => (
          <SortableTable
            label="Nodes of the lineage"
            rows={nodes}
            columns={[
              { head: 'Name', by: (one) => nodeName(one) },
              { head: 'Kind', by: (one) => one.kind, className: table.wideOnly },
              { head: 'Cost', by: (one) => one.cost?.amount, numeric: true },
              { head: 'Facts', by: (one) => listFacts(one.facts).join('; ') },
            ]}
            row={(one) => (
              <tr key={one.id}>
                <th scope="row" className={styles.nodeCell}>
                  <NodeLink node={one} className={styles.cellLink}>
                    {nodeName(one)}
                  </NodeLink>
                </th>
                <td className={table.wideOnly}>{laneTitle(one.kind, 1)}</td>
                <td className={table.number}>
                  {one.cost === null ? <Unknown reason={NO_COST} /> : <MoneyFigure money={one.cost} />}
                </td>
                <td className={styles.facts}>{listFacts(one.facts).join('; ')}</td>
              </tr>
            )}
          />
        )}
      </Loaded>
    </Card>
  );
}

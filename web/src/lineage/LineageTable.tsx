import type { Lineage, LineageNode } from '../../../src/tradeoff/lineage/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import styles from './lineage.module.css';
import { NodeLink } from './NodeLink.tsx';
import { kindWords, nodeName, relationWords } from './words.ts';

const NO_COST = 'No amount is known for this link.';

/** The same graph as a table: source, relation and target of each edge. */
export function LineageTable({ lineage }: { readonly lineage: Lineage }) {
  const nodes = new Map(lineage.nodes.map((node) => [node.id, node]));
  return (
    <SortableTable
      rows={lineage.edges}
      columns={[
        { head: 'From', by: (one) => nameNode(nodes, one.from) },
        { head: 'Relation', by: (one) => relationWords[one.relation] },
        { head: 'To', by: (one) => nameNode(nodes, one.to) },
        { head: 'Money', by: (one) => one.cost?.amount, numeric: true },
      ]}
      row={({ from, to, relation, cost }) => (
        <tr key={`${from} ${relation} ${to}`}>
          <th scope="row">
            <NamedNode id={from} nodes={nodes} />
          </th>
          <td>{relationWords[relation]}</td>
          <td>
            <NamedNode id={to} nodes={nodes} />
          </td>
          <td className={table.number}>
            {cost === null ? <Unknown reason={NO_COST} /> : <MoneyFigure money={cost} />}
          </td>
        </tr>
      )}
    />
  );
}

function nameNode(nodes: ReadonlyMap<string, LineageNode>, id: string): string {
  const node = nodes.get(id);
  return node === undefined ? id : `${kindWords[node.kind].one} ${nodeName(node)}`;
}

interface NamedNodeProps {
  readonly id: string;
  readonly nodes: ReadonlyMap<string, LineageNode>;
}

function NamedNode({ id, nodes }: NamedNodeProps) {
  const node = nodes.get(id);
  if (node === undefined) return id;
  return (
    <NodeLink node={node} className={styles.cellLink}>
      {nameNode(nodes, id)}
    </NodeLink>
  );
}

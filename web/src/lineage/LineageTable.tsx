import type { Lineage, LineageNode } from '../../../src/tradeoff/lineage/schema.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import table from '../table/table.module.css';
import styles from './lineage.module.css';
import { NodeLink } from './NodeLink.tsx';
import { kindWords, nodeName, relationWords } from './words.ts';

const NO_COST = 'No amount is known for this link.';

/** The same graph as a table: source, relation and target of each edge. */
export function LineageTable({ lineage }: { readonly lineage: Lineage }) {
  const nodes = new Map(lineage.nodes.map((node) => [node.id, node]));
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">From</th>
          <th scope="col">Relation</th>
          <th scope="col">To</th>
          <th scope="col" className={table.number}>
            Money
          </th>
        </tr>
      </thead>
      <tbody>
        {lineage.edges.map(({ from, to, relation, cost }) => (
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
        ))}
      </tbody>
    </table>
  );
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
      {kindWords[node.kind].one} {nodeName(node)}
    </NodeLink>
  );
}

import type { Lineage } from '../../../src/tradeoff/lineage/schema.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import styles from './lineage.module.css';
import { kindWords } from './words.ts';

/** Nodes and costs outside the graph, with their money and the reason. */
export function LeftOutList({ lineage: { nodes, leftOut } }: { readonly lineage: Lineage }) {
  if (leftOut.length === 0) return null;
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  return (
    <ul className={styles.leftOut} aria-label="Left out">
      {leftOut.map(({ of, kind, count, costs, reason }) => (
        <li key={`${of} ${kind} ${reason}`}>
          {count === null
            ? `Not shown: ${kindWords[kind].many}`
            : counted(count, kindWords[kind].one, kindWords[kind].many)}{' '}
          of {names.get(of) ?? of}
          {costs.length > 0 && ` (${costs.map(formatMoney).join(', ')})`}: {reason}
        </li>
      ))}
    </ul>
  );
}

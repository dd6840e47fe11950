import { useState } from 'react';
import type { Lineage, LineageEdge, LineageNode } from '../../../src/tradeoff/lineage/schema.ts';
import { formatMoney } from '../format/money.ts';
import { buildLanes, type PlacedNode, placeNodes } from './lanes.ts';
import styles from './lineage.module.css';
import { NodeLink } from './NodeLink.tsx';
import { kindWords, nodeName, relationWords } from './words.ts';

const LANE_WIDTH = 184;
const NODE_WIDTH = 156;
const ROW_HEIGHT = 64;
const NODE_HEIGHT = 50;
const HEAD_HEIGHT = 28;

/**
 * The graph from the bill to the decision, with a lane for each kind of node; edges of the node under the pointer are
 * highlighted.
 */
export function LineageGraph({ lineage }: { readonly lineage: Lineage }) {
  const [near, setNear] = useState<string | null>(null);
  const lanes = buildLanes(lineage);
  const places = placeNodes(lanes);
  const width = lanes.length * LANE_WIDTH - (LANE_WIDTH - NODE_WIDTH);
  const height = HEAD_HEIGHT + Math.max(...lanes.map(({ nodes }) => nodes.length)) * ROW_HEIGHT;
  return (
    <div className={styles.scroller}>
      <div className={styles.graph} style={{ width, height }}>
        <svg width={width} height={height} className={styles.lines} aria-hidden="true">
          {lineage.edges.map((edge) => (
            <path
              key={`${edge.from} ${edge.relation} ${edge.to}`}
              d={drawLine(places.get(edge.from), places.get(edge.to))}
              className={touches(edge, near) ? styles.lineNear : styles.line}
            />
          ))}
        </svg>
        {lanes.map(({ kind, nodes }, lane) => (
          <div key={kind} className={styles.lane} style={{ left: lane * LANE_WIDTH, width: NODE_WIDTH }}>
            <p className={styles.laneHead}>{nodes.length === 1 ? kindWords[kind].one : kindWords[kind].many}</p>
          </div>
        ))}
        {[...places.values()].map(({ node, lane, row }) => (
          <div
            key={node.id}
            className={`${styles.node} ${node === lineage.nodes[0] ? styles.asked : ''}`}
            style={{
              left: lane * LANE_WIDTH,
              top: HEAD_HEIGHT + row * ROW_HEIGHT,
              width: NODE_WIDTH,
              height: NODE_HEIGHT,
            }}
          >
            <NodeLink node={node} className={styles.nodeLink} onNear={(isNear) => setNear(isNear ? node.id : null)}>
              <span className={styles.name} data-tip={formatTip(lineage, node.id)}>
                {nodeName(node)}
              </span>
              <span className={node.cost === null ? styles.quiet : styles.cost}>
                {node.cost === null ? findFact(node) : formatMoney(node.cost)}
              </span>
            </NodeLink>
          </div>
        ))}
      </div>
    </div>
  );
}

function touches(edge: LineageEdge, id: string | null): boolean {
  return id !== null && (edge.from === id || edge.to === id);
}

/** From the right side of one node to the left side of the other; within one lane around its right side. */
function drawLine(from: PlacedNode | undefined, to: PlacedNode | undefined): string {
  if (from === undefined || to === undefined) return '';
  const middle = ({ row }: PlacedNode) => HEAD_HEIGHT + row * ROW_HEIGHT + NODE_HEIGHT / 2;
  const [x1, y1] = [from.lane * LANE_WIDTH + NODE_WIDTH, middle(from)];
  const [x2, y2] = [to.lane * LANE_WIDTH, middle(to)];
  if (from.lane >= to.lane) {
    const right = x1 + (LANE_WIDTH - NODE_WIDTH) / 2;
    return `M ${x1} ${y1} C ${right} ${y1}, ${right} ${y2}, ${to.lane * LANE_WIDTH + NODE_WIDTH} ${y2}`;
  }
  const bend = Math.min(60, (x2 - x1) / 2);
  return `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`;
}

/** The first fact that is not an instant; instants are on the node's own page. */
function findFact({ kind, facts }: LineageNode): string {
  if (kind === 'endpoint' && facts.liveRevision !== undefined) return `live revision ${facts.liveRevision}`;
  return Object.values(facts).find((fact) => !/^\d{4}-\d{2}-\d{2}T/.test(fact)) ?? '';
}

/** Inputs and outputs of a node, as text. */
function formatTip({ nodes, edges }: Lineage, id: string): string {
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  const own = edges.filter((edge) => edge.from === id || edge.to === id);
  return [
    names.get(id) ?? id,
    ...own.map(
      ({ from, to, relation }) => `${names.get(from) ?? from} ${relationWords[relation]} ${names.get(to) ?? to}`,
    ),
  ].join('\n');
}

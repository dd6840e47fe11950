import { useState } from 'react';
import type { Lineage, LineageEdge } from '../../../src/tradeoff/lineage/schema.ts';
import { formatMoney } from '../format/money.ts';
import { buildLanes, type PlacedNode, placeNodes } from './lanes.ts';
import styles from './lineage.module.css';
import { NodeLink } from './NodeLink.tsx';
import { laneTitle, nodeName, relationWords, shortFact } from './words.ts';

const GAP_WIDTH = 28;
/** Widths of a node: few lanes use the width of the page. */
const NODE_WIDTHS = { least: 156, most: 240, all: 1068 } as const;
const ROW_HEIGHT = 80;
const NODE_HEIGHT = 66;
const HEAD_HEIGHT = 28;

/**
 * The graph from the bill to the decision, with a lane for each kind of node; edges of the node under the pointer are
 * highlighted.
 */
export function LineageGraph({ lineage }: { readonly lineage: Lineage }) {
  const [near, setNear] = useState<string | null>(null);
  const lanes = buildLanes(lineage);
  const places = placeNodes(lanes, lineage.edges);
  const nodeWidth = chooseNodeWidth(lanes.length);
  const laneWidth = nodeWidth + GAP_WIDTH;
  const width = lanes.length * laneWidth - GAP_WIDTH;
  const rows = Math.max(...[...places.values()].map(({ row }) => row)) + 1;
  const height = HEAD_HEIGHT + rows * ROW_HEIGHT;
  return (
    <div className={styles.scroller}>
      <div className={styles.graph} style={{ width, height }}>
        <svg width={width} height={height} className={styles.lines} aria-hidden="true">
          {lineage.edges.map((edge) => (
            <path
              key={`${edge.from} ${edge.relation} ${edge.to}`}
              d={drawLine(places.get(edge.from), places.get(edge.to), nodeWidth)}
              className={touches(edge, near) ? styles.lineNear : styles.line}
            />
          ))}
        </svg>
        {lanes.map(({ kind, nodes }, lane) => (
          <div key={kind} className={styles.lane} style={{ left: lane * laneWidth, width: nodeWidth }}>
            <p className={styles.laneHead}>{laneTitle(kind, nodes.length)}</p>
          </div>
        ))}
        {[...places.values()].map(({ node, lane, row }) => (
          <div
            key={node.id}
            className={`${styles.node} ${node === lineage.nodes[0] ? styles.asked : ''}`}
            style={{
              left: lane * laneWidth,
              top: HEAD_HEIGHT + row * ROW_HEIGHT,
              width: nodeWidth,
              height: NODE_HEIGHT,
            }}
          >
            <NodeLink node={node} className={styles.nodeLink} onNear={(isNear) => setNear(isNear ? node.id : null)}>
              <span className={styles.name} data-tip={formatTip(lineage, node.id)}>
                {nodeName(node)}
              </span>
              {node.cost !== null && <span className={styles.cost}>{formatMoney(node.cost)}</span>}
              {shortFact(node) !== '' && <span className={styles.quiet}>{shortFact(node)}</span>}
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

function chooseNodeWidth(lanes: number): number {
  const { least, most, all } = NODE_WIDTHS;
  const even = Math.floor((all - (lanes - 1) * GAP_WIDTH) / lanes);
  return Math.max(least, Math.min(most, even));
}

/**
 * From the right side of one node to the left side of the other: down or up in the first gap, then along the free row
 * of the target; within one lane around its right side.
 */
function drawLine(from: PlacedNode | undefined, to: PlacedNode | undefined, nodeWidth: number): string {
  if (from === undefined || to === undefined) return '';
  const laneWidth = nodeWidth + GAP_WIDTH;
  const middle = ({ row }: PlacedNode) => HEAD_HEIGHT + row * ROW_HEIGHT + NODE_HEIGHT / 2;
  const [x1, y1] = [from.lane * laneWidth + nodeWidth, middle(from)];
  const y2 = middle(to);
  if (from.lane >= to.lane) {
    const right = x1 + GAP_WIDTH / 2;
    return `M ${x1} ${y1} C ${right} ${y1}, ${right} ${y2}, ${to.lane * laneWidth + nodeWidth} ${y2}`;
  }
  const bend = x1 + GAP_WIDTH / 2;
  return `M ${x1} ${y1} C ${bend} ${y1}, ${bend} ${y2}, ${x1 + GAP_WIDTH} ${y2} H ${to.lane * laneWidth}`;
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

import '@xyflow/react/dist/base.css';
import { Panel, ReactFlow, type ReactFlowInstance } from '@xyflow/react';
import { useEffect, useRef, useState } from 'react';
import parts from '../parts/parts.module.css';
import { useScheme } from '../theme/scheme.ts';
import { firstView } from './first-view.ts';
import type { Direction } from './layers.ts';
import styles from './pipelines.module.css';
import { StepNode } from './StepNode.tsx';
import type { StepGroup } from './step-groups.ts';
import { boxHeight, type GroupNode, MARGIN, useGraph } from './use-graph.ts';

interface StepsGraphProps {
  readonly groups: readonly StepGroup[];
  readonly nowMs: number;
  readonly open: string | undefined;
  readonly direction: Direction;
  readonly onOpen: (id: string) => void;
}

const NODE_TYPES = { step: StepNode };
/** The MIT licence permits it; NOTICE credits React Flow. */
const CREDITED_ELSEWHERE = { hideAttribution: true };

/** The steps and their dependencies: from left to right, on a phone from top to bottom. */
export function StepsGraph({ groups, nowMs, open, direction, onOpen }: StepsGraphProps) {
  const scheme = useScheme();
  const { nodes, edges, layout } = useGraph({ groups, nowMs, open, direction });
  const box = useRef<HTMLDivElement>(null);
  const [flow, setFlow] = useState<ReactFlowInstance<GroupNode> | null>(null);
  const height = boxHeight(layout);
  useEffect(() => {
    const width = box.current?.clientWidth;
    if (flow !== null && width !== undefined) void flow.setViewport(firstView(layout, { width, height }, MARGIN));
  }, [flow, layout, height]);
  return (
    <div ref={box} className={styles.graph} style={{ height }}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={scheme}
        onInit={setFlow}
        onNodeClick={(_, { id }) => onOpen(id)}
        minZoom={0.1}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        proOptions={CREDITED_ELSEWHERE}
        zoomOnScroll={false}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        onlyRenderVisibleElements
        aria-label="Steps and their dependencies"
      >
        <Panel position="bottom-left" className={styles.zoom}>
          <button type="button" className={parts.button} onClick={() => void flow?.zoomIn()}>
            <span aria-hidden="true">+</span>
            <span className="visually-hidden">Larger</span>
          </button>
          <button type="button" className={parts.button} onClick={() => void flow?.zoomOut()}>
            <span aria-hidden="true">−</span>
            <span className="visually-hidden">Smaller</span>
          </button>
          <button
            type="button"
            className={parts.button}
            onClick={() => void flow?.fitView({ padding: 0.05, maxZoom: 1 })}
          >
            Show all
          </button>
        </Panel>
      </ReactFlow>
    </div>
  );
}

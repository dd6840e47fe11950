import type { Edge, Node } from '@xyflow/react';
import { useMemo } from 'react';
import { computeLayout, type Direction, type Layout } from './layers.ts';
import type { StepGroup } from './step-groups.ts';
import { findState } from './step-groups.ts';

export type GroupData = {
  readonly group: StepGroup;
  readonly nowMs: number;
  readonly isOpen: boolean;
  readonly direction: Direction;
};
export type GroupNode = Node<GroupData, 'step'>;

const NODE = { width: 216, height: 76 } as const;
const GAPS = { right: { width: 56, height: 20 }, down: { width: 16, height: 40 } } as const;

/** Around the picture, in pixels. */
export const MARGIN = 20;
const LEAST_HEIGHT = 200;
const MOST_HEIGHT = 520;

export function placeGroups(groups: readonly StepGroup[], direction: Direction): Layout {
  return computeLayout(groups, direction, NODE, GAPS[direction]);
}

/** Height of the box that the picture is shown in, in pixels. */
export function boxHeight(layout: Layout): number {
  return Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, layout.height + 2 * MARGIN));
}

export interface GraphInput {
  readonly groups: readonly StepGroup[];
  readonly nowMs: number;
  readonly open: string | undefined;
  readonly direction: Direction;
}

/** Steps as nodes and edges, at places that only change when the steps do. */
export function useGraph({ groups, nowMs, open, direction }: GraphInput) {
  const shape = JSON.stringify(groups.map(({ id, needs }) => [id, needs]));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` identifies the groups; their states move no node
  const layout: Layout = useMemo(() => placeGroups(groups, direction), [shape, direction]);
  const nodes = useMemo(
    () =>
      groups.map(
        (group): GroupNode => ({
          id: group.id,
          type: 'step',
          position: layout.places.get(group.id) ?? { x: 0, y: 0 },
          data: {
            group,
            nowMs,
            isOpen: group.id === open || group.steps.some(({ step }) => step === open),
            direction,
          },
          ...NODE,
        }),
      ),
    [groups, layout, nowMs, open, direction],
  );
  const edges = useMemo(() => buildEdges(groups), [groups]);
  return { nodes, edges, layout };
}

/** Solid edges lead from succeeded steps, dashed edges from all others. */
function buildEdges(groups: readonly StepGroup[]): Edge[] {
  const states = new Map(groups.map(({ id, steps }) => [id, findState(steps)]));
  return groups.flatMap(({ id, needs }) =>
    needs.map((need): Edge => {
      const isDone = states.get(need) === 'succeeded' || states.get(need) === 'cached';
      return { id: `${need} ${id}`, source: need, target: id, className: isDone ? 'done' : 'toCome', focusable: false };
    }),
  );
}

import { Handle, type NodeProps, Position } from '@xyflow/react';
import { SECOND_MS } from '../../../src/platform/units/durations.ts';
import { formatMoney } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { formatDuration } from '../runs/duration.ts';
import styles from './pipelines.module.css';
import { tookMs } from './run-times.ts';
import { StateShape } from './StateShape.tsx';
import { StatesBar } from './StatesBar.tsx';
import { computeSpan, findState, type StepGroup, sumCost } from './step-groups.ts';
import type { GroupNode } from './use-graph.ts';
import { groupStatesText, shortStatesText } from './words.ts';

/** Node of a step, or of a matrix of steps: state, duration and cost. The graph handles its clicks. */
export function StepNode({ data: { group, nowMs, isOpen, direction } }: NodeProps<GroupNode>) {
  const { id, name, isMatrix, steps } = group;
  const state = findState(steps);
  const cost = sumCost(steps);
  const [kind] = steps;
  return (
    <>
      <Handle type="target" position={direction === 'right' ? Position.Left : Position.Top} className={styles.handle} />
      <button
        type="button"
        className={`${styles.node} nodrag nopan ${styles[`node-${state}`] ?? ''}`}
        aria-pressed={isOpen}
        data-step={id}
      >
        <span className={styles.nodeHead}>
          <span className={`${styles.nodeName}`} title={id}>
            {isMatrix ? name : id}
          </span>
          <span className={styles.nodeKind}>{isMatrix ? `× ${steps.length}` : kind?.kind !== 'run' && kind?.kind}</span>
        </span>
        {isMatrix ? (
          <>
            <StatesBar steps={steps} />
            <span className="visually-hidden">
              {counted(steps.length, 'step')}: {groupStatesText(steps)}.{' '}
            </span>
          </>
        ) : (
          <span className={`${styles.state} ${styles[state] ?? ''}`}>
            <StateShape state={state} />
            {state}
          </span>
        )}
        <span className={styles.nodeFigures}>
          <span className={styles.nodeSaid}>{isMatrix ? shortStatesText(steps) : tookText(group, nowMs)}</span>
          {cost !== null && <span className={styles.cost}>{formatMoney(cost)}</span>}
        </span>
      </button>
      <Handle
        type="source"
        position={direction === 'right' ? Position.Right : Position.Bottom}
        className={styles.handle}
      />
    </>
  );
}

function tookText({ steps }: StepGroup, nowMs: number): string {
  const state = findState(steps);
  if (state === 'cached' || state === 'skipped') return '';
  const span = computeSpan(steps);
  const took = tookMs(span, nowMs);
  if (took === null) return '';
  if (span.endedAt !== null) return formatDuration(took);
  const whole = Math.floor(took / SECOND_MS) * SECOND_MS;
  return whole === 0 ? '0\u00a0s' : formatDuration(whole);
}

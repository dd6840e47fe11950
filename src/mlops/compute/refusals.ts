import { AppError } from '../../platform/errors/index.ts';
import type { Executor, Work } from './executor.ts';

/** Refuses work on several nodes or in a queue, on an engine that has neither. Error: `executor_cannot`. */
export function refuseNodes(
  engine: Executor['engine'],
  { resources: { nodes = 1 }, queue = null }: Pick<Work, 'resources' | 'queue'>,
): void {
  if (nodes > 1) {
    const detail = `The ${engine} executor runs a step on one node, and the step requests ${nodes}. Use engine: kubernetes.`;
    throw new AppError('executor_cannot', detail, { engine, nodes });
  }
  if (queue === null) return;
  const detail = `The ${engine} executor has no queues, and the step requests the queue "${queue.name}". Use engine: kubernetes.`;
  throw new AppError('executor_cannot', detail, { engine, queue: queue.name });
}

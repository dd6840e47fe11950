import { AppError } from '../../platform/errors/index.ts';
import type { Work } from '../compute/index.ts';

/** Names that the operator allows work to use. */
export interface AllowedQueues {
  /** Queues of Kueue. */
  readonly queues: readonly string[];
  /** Priority classes of Kueue. */
  readonly priorities: readonly string[];
}

/**
 * Refuses a queue or a priority that the operator does not list. Work without a priority has the default one of its queue, which is
 * always allowed. Error: `executor_cannot`.
 */
export function checkQueue(
  { queues, priorities }: AllowedQueues,
  { name, priority }: NonNullable<Work['queue']>,
): void {
  refuse(queues, name, { what: 'queue', listed: 'queues', setting: 'kubernetesQueues' });
  if (priority !== null)
    refuse(priorities, priority, { what: 'priority', listed: 'priorities', setting: 'kubernetesPriorities' });
}

interface AllowedNames {
  readonly what: string;
  readonly listed: string;
  readonly setting: string;
}

function refuse(allowed: readonly string[], name: string, { what, listed, setting }: AllowedNames): void {
  if (allowed.includes(name)) return;
  const known = allowed.length === 0 ? `No ${listed} are allowed` : `Allowed ${listed}: ${allowed.join(', ')}`;
  const detail = `The ${what} "${name}" is not allowed on this server. ${known}; an administrator lists them in the setting ${setting}.`;
  throw new AppError('executor_cannot', detail, { [what]: name, allowed });
}

import { findCondition, type QueuedWorkload } from './objects.ts';

/**
 * Reason why a Job waits in a queue of Kueue, from the conditions of its record, one sentence. `record` null: Kueue has made none, or
 * `unknown` says why it cannot be read. Example: `Waiting for admission in gpus: insufficient unused quota for
 * nvidia.com/gpu in flavor h100, 8 more needed.`
 */
export function describeAdmission(queue: string, record: QueuedWorkload | null, unknown: string | null): string {
  const start = `Waiting for admission in ${queue}`;
  if (unknown !== null) return `${start}; ${unknown}, so the reason is unknown.`;
  if (record === null) return `${start}: Kueue has no record of it yet.`;
  return `${start}: ${endSentence(findReason(record))}`;
}

function findReason(record: QueuedWorkload): string {
  if (findCondition(record, 'Admitted') !== null) return 'admitted, its pods are about to be created';
  if (findCondition(record, 'QuotaReserved') !== null)
    return 'its quota is reserved, and checks of the queue are pending';
  const refused = record.status.conditions.find(({ type, status }) => type === 'QuotaReserved' && status === 'False');
  const evicted = findCondition(record, 'Evicted');
  const reason = refused?.message || refused?.reason || evicted?.message || evicted?.reason;
  return reason === undefined || reason === '' ? 'Kueue has not decided yet' : reason;
}

/**
 * Reason why Kueue took a running Job back, one sentence. Example: `Kueue took it back from the queue gpus (Preempted): Preempted to
 * accommodate a workload of higher priority.`
 */
export function describeQueueEviction(queue: string, record: QueuedWorkload | null): string {
  const evicted = record === null ? null : findCondition(record, 'Evicted');
  if (evicted === null) return `Its Job in the queue ${queue} was suspended while it ran.`;
  const reason = evicted.reason === '' ? '' : ` (${evicted.reason})`;
  const message = evicted.message === '' ? '.' : `: ${endSentence(evicted.message)}`;
  return `Kueue took it back from the queue ${queue}${reason}${message}`;
}

const endSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

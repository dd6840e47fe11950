import { expect, it } from 'vitest';
import { checkQueue } from './allowed-queues.ts';

const ALLOWED = { queues: ['research', 'batch'], priorities: ['low'] };
const NONE = { queues: [], priorities: [] };

it.each([[{ name: 'research', priority: null }], [{ name: 'batch', priority: 'low' }]])(
  'allows the listed names: %o',
  (queue) => {
    expect(() => checkQueue(ALLOWED, queue)).not.toThrow();
  },
);

it.each([
  [
    ALLOWED,
    { name: 'urgent', priority: null },
    'The queue "urgent" is not allowed on this server. Allowed queues: research, batch; an administrator lists them in the setting kubernetesQueues.',
  ],
  [
    ALLOWED,
    { name: 'batch', priority: 'urgent' },
    'The priority "urgent" is not allowed on this server. Allowed priorities: low; an administrator lists them in the setting kubernetesPriorities.',
  ],
  [
    NONE,
    { name: 'batch', priority: null },
    'The queue "batch" is not allowed on this server. No queues are allowed; an administrator lists them in the setting kubernetesQueues.',
  ],
])('refuses any other name and lists the allowed ones: %o', (allowed, queue, message) => {
  expect(() => checkQueue(allowed, queue)).toThrow(expect.objectContaining({ code: 'executor_cannot', message }));
});

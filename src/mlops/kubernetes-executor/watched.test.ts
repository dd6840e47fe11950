import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { AppError } from '../../platform/errors/index.ts';
import type { Cluster } from './cluster.ts';
import { Job } from './objects.ts';
import { watch } from './watched.ts';

const buildJobItem = (name: string, resourceVersion: string) => ({
  metadata: { name, resourceVersion, creationTimestamp: '2026-11-25T10:00:00Z' },
  spec: {},
  status: {},
});
type Step = { list: string[]; version: string } | { events: object[] } | { gone: true } | { fails: true };

/** A fake API server that answers the scripted steps in order, and does not answer after the last one. */
function scripted(steps: Step[]): Cluster & { asked: string[] } {
  const asked: string[] = [];
  const away = () => new AppError('executor_unreachable', 'away');
  return {
    asked,
    async call({ query }) {
      asked.push(`list ${query?.continue ?? ''}`.trim());
      const step = steps.shift();
      if (step === undefined || !('list' in step)) throw away();
      return {
        status: 200,
        body: { metadata: { resourceVersion: step.version }, items: step.list.map((name) => buildJobItem(name, '1')) },
      };
    },
    async follow(_path, query, signal) {
      asked.push(`watch ${query.resourceVersion}`);
      const step = steps.shift();
      if (step !== undefined && 'gone' in step) return null;
      if (step !== undefined && !('events' in step)) throw away();
      const answer = new IncomingMessage(new Socket());
      for (const event of step?.events ?? []) answer.push(`${JSON.stringify(event)}\n`);
      if (step !== undefined) answer.push(null);
      signal.addEventListener('abort', () => answer.destroy());
      return answer;
    },
    open: () => Promise.reject(away()),
    [Symbol.dispose]: () => undefined,
  };
}

const open = (cluster: Cluster) =>
  watch({ cluster, path: '/jobs', parse: Job, changed: () => undefined, log: pino({ level: 'silent' }) });
const event = (type: string, name: string, version: string) => ({ type, object: buildJobItem(name, version) });
const bookmark = (resourceVersion: string) => ({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } });

it.each<[string, Step[], string[], string[]]>([
  [
    'goes on from the last bookmark when a watch ends',
    [{ list: ['a'], version: '10' }, { events: [event('ADDED', 'b', '11'), bookmark('99')] }],
    ['a', 'b'],
    ['list', 'watch 10', 'watch 99'],
  ],
  [
    'lists anew when its version is gone (410), and forgets what went meanwhile',
    [{ list: ['a', 'b'], version: '10' }, { gone: true }, { list: ['b'], version: '50' }],
    ['b'],
    ['list', 'watch 10', 'list', 'watch 50'],
  ],
  [
    'lists anew when the watch says that its version is gone',
    [
      { list: ['a'], version: '10' },
      { events: [{ type: 'ERROR', object: { kind: 'Status', code: 410 } }] },
      { list: ['c'], version: '60' },
    ],
    ['c'],
    ['list', 'watch 10', 'list', 'watch 60'],
  ],
  [
    'asks again while the server is away',
    [{ fails: true }, { list: ['a'], version: '10' }, { fails: true }, { events: [event('DELETED', 'a', '12')] }],
    [],
    ['list', 'list', 'watch 10', 'watch 10', 'watch 12'],
  ],
])('%s', async (_, steps, names, asked) => {
  const cluster = scripted(steps);
  await using watched = open(cluster);
  await expect.poll(() => cluster.asked, { timeout: 10_000 }).toEqual(asked);
  await expect.poll(() => watched.all().map(({ metadata }) => metadata.name)).toEqual(names);
});

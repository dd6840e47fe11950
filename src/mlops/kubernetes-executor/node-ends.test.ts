import { describe, expect, it } from 'vitest';
import type { Result } from './ending.ts';
import { buildNodesEnd, type EndedNodes, sumUsage } from './node-ends.ts';
import { Job, Pod } from './objects.ts';

const AT_SECONDS = Date.parse('2026-11-25T10:00:00Z') / 1000;
const iso = (second: number) => new Date((AT_SECONDS + second) * 1000).toISOString();
const ms = (second: number) => (AT_SECONDS + second) * 1000;

/** A pod that got its machine at 0 s and ran its command from 10 s. */
const ran = (exitCode: number, endSecond: number, more: object = {}) =>
  Pod.parse({
    metadata: { name: 'w', creationTimestamp: iso(0) },
    spec: { nodeName: 'n' },
    status: {
      startTime: iso(0),
      containerStatuses: [
        { name: 'main', state: { terminated: { exitCode, startedAt: iso(10), finishedAt: iso(endSecond) } } },
      ],
      ...more,
    },
  });
const job = (...conditions: object[]) =>
  Job.parse({ metadata: { name: 'w', creationTimestamp: iso(0) }, spec: {}, status: { conditions } });
const FAILED = job({ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' });
const COMPLETE = job({ type: 'Complete', status: 'True' });
const evicted = {
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'm' }],
};

const endOf = (pods: readonly Pod[], over: Partial<EndedNodes> = {}) =>
  buildNodesEnd({
    job: FAILED,
    nodes: pods.length,
    pods: new Map(pods.map((pod, node) => [node, pod])),
    results: new Map(),
    stopped: false,
    givenUp: null,
    takenBack: null,
    begunAt: ms(0),
    now: ms(1_000),
    ...over,
  });

describe('work on several nodes', () => {
  it.each<[string, readonly Pod[], Partial<EndedNodes>, object]>([
    [
      'succeeded on all of them',
      [ran(0, 50), ran(0, 60)],
      { job: COMPLETE },
      { reason: 'exited', exitCode: 0, decisiveNode: null },
    ],
    [
      'failed first on one, and the others were ended for it',
      [ran(143, 55), ran(143, 55), ran(3, 40)],
      {},
      { reason: 'exited', exitCode: 3, decisiveNode: 2 },
    ],
    [
      'failed on one, and the others failed in the same second by a signal',
      [ran(137, 40), ran(1, 40)],
      {},
      { reason: 'exited', exitCode: 1, decisiveNode: 1 },
    ],
    [
      'was evicted on one, and the others failed before it had ended',
      [ran(1, 40), ran(143, 60, evicted)],
      {},
      {
        reason: 'evicted',
        decisiveNode: 1,
        detail: 'Node 1 of 2: Kubernetes evicted its pod (EvictionByEvictionAPI): m',
      },
    ],
    [
      'was stopped',
      [ran(143, 60), ran(0, 50)],
      { stopped: true },
      { reason: 'stopped', stoppedBy: 'starter', exitCode: 143, decisiveNode: null },
    ],
    [
      'was taken back by its queue',
      [ran(143, 60), ran(0, 50)],
      { takenBack: 'Kueue took it back.' },
      { reason: 'evicted', detail: 'Kueue took it back.', decisiveNode: null },
    ],
    [
      'succeeded, and a pod was deleted before its end was seen',
      [ran(0, 50), Pod.parse({ metadata: { name: 'w', creationTimestamp: iso(0) }, spec: {} })],
      { job: COMPLETE },
      { reason: 'exited', exitCode: 0 },
    ],
  ])('%s', (_, pods, over, end) => {
    expect(endOf(pods, over)).toMatchObject(end);
  });

  it('lasts from its first start to its last end, and held each machine for its own time', () => {
    const end = endOf([ran(0, 50), ran(0, 60)], { job: COMPLETE });
    expect(end).toMatchObject({ start: ms(10), end: ms(60), held: { since: ms(0), machineMs: 110_000 } });
  });

  it('that never got a machine held none', () => {
    const end = endOf([], { nodes: 2, job: null, stopped: true });
    expect(end).toMatchObject({ reason: 'stopped', held: { since: null, machineMs: 0 } });
  });

  it('takes the results that the pods sent where the pods are gone', () => {
    const result: Result = {
      exitCode: 4,
      start: AT_SECONDS + 10,
      end: AT_SECONDS + 30,
      cpuNanoseconds: 2e9,
      peakMemoryBytes: 5,
      oomKills: 0,
    };
    const end = endOf([], { nodes: 2, results: new Map([[1, result]]) });
    expect(end).toMatchObject({
      reason: 'exited',
      exitCode: 4,
      decisiveNode: 1,
      held: { since: ms(10), machineMs: 20_000 },
    });
  });
});

it.each([
  [
    [
      { cpuSeconds: 1, peakMemoryBytes: 10 },
      { cpuSeconds: 2, peakMemoryBytes: 7 },
    ],
    { cpuSeconds: 3, peakMemoryBytes: 10 },
  ],
  [
    [
      { cpuSeconds: 1, peakMemoryBytes: 10 },
      { cpuSeconds: null, peakMemoryBytes: null, reason: 'no metrics' },
    ],
    { cpuSeconds: 1, peakMemoryBytes: 10, reason: 'without nodes 1: no metrics' },
  ],
  [
    [{ cpuSeconds: null, peakMemoryBytes: null, reason: 'no metrics' }],
    { cpuSeconds: null, peakMemoryBytes: null, reason: 'no metrics' },
  ],
])('adds usage up: %j', (usages, sum) => {
  expect(sumUsage(usages)).toEqual(sum);
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { testClock } from '../../platform/jobs/fixtures.testing.ts';
import { MINUTE_MS, SECOND_MS } from '../../platform/units/durations.ts';
import type { Work } from '../compute/executor.ts';
import { createWorkspaceDoor } from './door.ts';
import type { Jobs } from './jobs.ts';
import { BEGUN_AT, Job, Pod, QUEUE_NAME, STOPPED_BY, TAKEN_BACK } from './objects.ts';
import { track } from './running.ts';

const clock = testClock();
const NOT_ASKED = () => Promise.reject(new Error('not asked'));

/** Jobs of a cluster whose one Job and its pods the test sets. Calls that change the cluster are kept. */
class ScriptedJobs implements Jobs {
  readonly cluster = { call: NOT_ASKED, follow: async () => null, open: NOT_ASKED, [Symbol.dispose]: () => undefined };
  readonly namespace = 'n';
  readonly listed = Promise.resolve();
  readonly calls: [string, ...unknown[]][] = [];
  job: Job | null = null;
  pods = new Map<number, Pod>();

  jobOf = () => this.job;
  podOf = () => [...this.pods.values()].at(-1) ?? null;
  podsOf = () => this.pods;
  read = async () => this.job;
  make = NOT_ASKED;
  uidOf = NOT_ASKED;
  makeSecret = NOT_ASKED;
  makeService = NOT_ASKED;
  troubleOf = NOT_ASKED;
  nodes = async () => null;
  placeOf = async () => null;
  hurry = async () => true;
  noteStop = async () => this.keep('noteStop');
  extend = async (_id: string, until: number, graceMs: number, base: number) =>
    this.keep('extend', until, graceMs, base);
  stop = async () => this.keep('stop');
  noteTakenBack = async (_id: string, reason: string) => this.keep('takenBack', reason);
  async remove() {
    this.keep('remove');
    this.job = null;
  }
  async [Symbol.asyncDispose]() {}

  private keep(...call: [string, ...unknown[]]) {
    this.calls.push(call);
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
const BEGUN = clock.now();
const buildJob = (spec: object, status: object = {}, annotations: object = {}) =>
  Job.parse({
    metadata: {
      name: 'w',
      creationTimestamp: iso(BEGUN),
      labels: { [QUEUE_NAME]: 'gpus' },
      annotations: { [BEGUN_AT]: String(BEGUN), ...annotations },
    },
    spec,
    status,
  });
const buildPod = (state: object, startTime = BEGUN) =>
  Pod.parse({
    metadata: { name: 'w-0-abcde', creationTimestamp: iso(BEGUN) },
    spec: { nodeName: 'n' },
    status: { startTime: iso(startTime), containerStatuses: [{ name: 'main', state }] },
  });

function begin(first: Job) {
  const folder = mkdtempSync(join(tmpdir(), 'running-'));
  const jobs = new ScriptedJobs();
  jobs.job = first;
  const work: Work = {
    id: 'w',
    folder,
    workspace: folder,
    command: ['true'],
    image: 'i',
    environment: {},
    resources: {
      nodes: 2,
      cpus: null,
      memoryBytes: null,
      gpus: { count: 0, model: null },
      instance: null,
      spot: false,
    },
    outputs: [],
    labels: {},
    until: BEGUN + 10 * MINUTE_MS,
    graceMs: 10 * SECOND_MS,
  };
  const queues = {
    open: async () => undefined,
    describeWait: () => 'Waiting for admission in gpus: no quota.',
    describeEviction: () => 'Kueue took it back.',
    [Symbol.asyncDispose]: async () => undefined,
  };
  const door = createWorkspaceDoor({ clock, maxUploadBytes: 1 });
  const log = pino({ level: 'silent' });
  return { jobs, work, ...track({ jobs, queues, door, dcgm: null, clock, log }, work, first) };
}

it('waits in its queue with a deadline from now on, holds nothing, and is removed when it is stopped', async () => {
  const { jobs, running } = begin(buildJob({ suspend: true }));
  expect([running.waiting?.(), running.isQueued?.(), running.heldSince?.()]).toEqual([
    'Waiting for admission in gpus: no quota.',
    true,
    null,
  ]);
  clock.forward(MINUTE_MS);
  await running.extend(BEGUN + 20 * MINUTE_MS);
  expect(jobs.calls).toEqual([['extend', BEGUN + 20 * MINUTE_MS, 10 * SECOND_MS, clock.now()]]);
  await running.stop();
  expect(await running.ended).toMatchObject({
    reason: 'stopped',
    stoppedBy: 'starter',
    held: { since: null, machineMs: 0 },
  });
  expect(jobs.calls.at(-1)).toEqual(['remove']);
});

it('has its deadline from its admission on, and tells how many of its nodes wait', async () => {
  const admitted = BEGUN + 5 * MINUTE_MS;
  const { jobs, running, look, close } = begin(buildJob({ suspend: false }, { startTime: iso(admitted) }));
  const unschedulable = { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available.' };
  jobs.pods.set(0, buildPod({ running: { startedAt: iso(admitted) } }, admitted));
  jobs.pods.set(
    1,
    Pod.parse({
      metadata: { name: 'w-1-abcde', creationTimestamp: iso(admitted) },
      spec: {},
      status: { conditions: [unschedulable] },
    }),
  );
  look();
  await expect.poll(() => running.heldSince?.()).toBe(admitted);
  expect([running.isQueued?.(), running.start]).toEqual([false, admitted]);
  expect(running.waiting?.()).toBe(
    '1 of 2 nodes wait. No node of Kubernetes has capacity for it now: 0/1 nodes are available.',
  );
  await running.extend(BEGUN + 20 * MINUTE_MS);
  expect(jobs.calls).toEqual([['extend', BEGUN + 20 * MINUTE_MS, 10 * SECOND_MS, admitted]]);
  await close();
});

it('that was taken back ends when its pods have ended, and its Job is gone after that', async () => {
  const { jobs, running, look } = begin(buildJob({ suspend: false }, { startTime: iso(BEGUN) }));
  jobs.pods.set(0, buildPod({ running: { startedAt: iso(BEGUN) } }));
  look();
  await expect.poll(() => running.heldSince?.()).toBe(BEGUN);
  jobs.job = buildJob({ suspend: true });
  look();
  await expect.poll(() => jobs.calls).toEqual([['takenBack', 'Kueue took it back.']]);
  const finishedAt = BEGUN + 30 * SECOND_MS;
  jobs.pods.set(0, buildPod({ terminated: { exitCode: 0, startedAt: iso(BEGUN), finishedAt: iso(finishedAt) } }));
  look();
  expect(await running.ended).toMatchObject({
    reason: 'evicted',
    detail: 'Kueue took it back.',
    held: { since: BEGUN, machineMs: 30 * SECOND_MS },
  });
  expect(jobs.calls.at(-1)).toEqual(['remove']);
});

it('that was taken back before a restart of the server is not run again', async () => {
  const { running } = begin(buildJob({ suspend: true }, {}, { [TAKEN_BACK]: 'Kueue took it back.' }));
  expect(await running.ended).toMatchObject({ reason: 'evicted', detail: 'Kueue took it back.' });
});

it('that was asked to stop while it ran is stopped on all nodes', async () => {
  const { jobs, running, look } = begin(buildJob({ suspend: false }, { startTime: iso(BEGUN) }));
  jobs.pods.set(0, buildPod({ running: { startedAt: iso(BEGUN) } }));
  look();
  await expect.poll(() => running.heldSince?.()).toBe(BEGUN);
  await running.stop();
  expect(jobs.calls).toEqual([['stop']]);
  const over = { conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded' }] };
  jobs.job = buildJob({}, over, { [STOPPED_BY]: 'starter' });
  look();
  expect(await running.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'starter' });
});

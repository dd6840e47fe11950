import { describe, expect, it } from 'vitest';
import { buildEnd, type EndedJob, type Result } from './ending.ts';
import { Job, Pod } from './objects.ts';

const AT = '2026-11-25T10:00:00Z';
const meta = { name: 'w', creationTimestamp: AT };
const failed = (reason: string) => [{ type: 'Failed', status: 'True', reason }];
const parseJob = (conditions: object[], annotations = {}) =>
  Job.parse({ metadata: { ...meta, annotations }, spec: {}, status: { conditions } });
const parsePod = (status: object) => Pod.parse({ metadata: meta, spec: { nodeName: 'n' }, status });
const ran = (terminated: object, more: object = {}) =>
  parsePod({
    containerStatuses: [{ name: 'main', state: { terminated: { startedAt: AT, finishedAt: AT, ...terminated } } }],
    ...more,
  });
const result = (over: Partial<Result>): Result => ({
  exitCode: 0,
  start: 1_795_600_000,
  end: 1_795_600_060,
  cpuNanoseconds: 1_500_000_000,
  peakMemoryBytes: 1_000_000,
  oomKills: 0,
  ...over,
});
const complete = parseJob([{ type: 'Complete', status: 'True' }]);
const backoff = parseJob(failed('BackoffLimitExceeded'));
const deadline = parseJob(failed('DeadlineExceeded'));
const disrupted = {
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: 'm' }],
};

describe('work on Kubernetes', () => {
  it.each<[string, Partial<EndedJob>, object]>([
    ['ended well', { job: complete, pod: ran({ exitCode: 0 }), result: result({}) }, { reason: 'exited', exitCode: 0 }],
    [
      'ended badly',
      { job: backoff, pod: ran({ exitCode: 3 }), result: result({ exitCode: 3 }) },
      { reason: 'exited', exitCode: 3 },
    ],
    [
      'was killed by somebody inside',
      { job: backoff, pod: ran({ exitCode: 139 }) },
      { reason: 'signal', exitCode: 139 },
    ],
    [
      'lost a process to its limit',
      { job: backoff, pod: ran({ exitCode: 1 }), result: result({ exitCode: 1, oomKills: 1 }) },
      { reason: 'out-of-memory' },
    ],
    [
      'was killed whole for its limit',
      { job: backoff, pod: ran({ exitCode: 137, reason: 'OOMKilled' }) },
      { reason: 'out-of-memory', exitCode: 137 },
    ],
    [
      'ended well although a child was killed',
      { job: complete, pod: ran({ exitCode: 0 }), result: result({ oomKills: 1 }) },
      { reason: 'exited' },
    ],
    [
      'was over its time',
      { job: deadline, pod: ran({ exitCode: 143 }), result: result({ exitCode: 143 }) },
      { reason: 'stopped', stoppedBy: 'watchdog' },
    ],
    [
      'was stopped by another server',
      {
        job: parseJob(failed('DeadlineExceeded'), { 'steelyard.dev/stopped-by': 'starter' }),
        pod: ran({ exitCode: 0 }),
      },
      { reason: 'stopped', stoppedBy: 'starter', exitCode: 0 },
    ],
    [
      'was put out by its node',
      { job: backoff, pod: parsePod({ reason: 'Evicted', message: 'low on memory' }) },
      { reason: 'evicted', detail: 'Kubernetes evicted its pod (Evicted): low on memory' },
    ],
    [
      'was pushed aside, and saved its state',
      { job: complete, pod: ran({ exitCode: 0 }, disrupted), result: result({}) },
      { reason: 'evicted', exitCode: 0 },
    ],
    [
      'vanished',
      { job: backoff, pod: parsePod({ containerStatuses: [{ name: 'main', state: { running: { startedAt: AT } } }] }) },
      { reason: 'lost', exitCode: null },
    ],
    ['is not known any more', { job: null, pod: null }, { reason: 'lost', exitCode: null }],
    [
      'had an image that cannot be had',
      { givenUp: 'no such image' },
      { reason: 'not-started', detail: 'no such image' },
    ],
    [
      'could not fetch its workspace',
      {
        job: backoff,
        pod: parsePod({
          initContainerStatuses: [{ name: 'begin', state: { terminated: { exitCode: 1, message: 'refused' } } }],
        }),
      },
      { reason: 'not-started', detail: expect.stringContaining('refused') },
    ],
    [
      'was stopped before it began',
      { job: deadline, pod: parsePod({}), stopped: true },
      { reason: 'stopped', stoppedBy: 'starter', exitCode: null },
    ],
  ])('that %s says so', (_, seen, end) => {
    const ended: EndedJob = {
      job: null,
      pod: null,
      result: null,
      stopped: false,
      givenUp: null,
      begunAt: 5,
      now: 9,
      ...seen,
    };
    expect(buildEnd(ended)).toMatchObject(end);
  });

  it('is told with what its agent measured, in our units', () => {
    const end = buildEnd({
      job: complete,
      pod: null,
      result: result({}),
      stopped: false,
      givenUp: null,
      begunAt: 5,
      now: 9,
    });
    expect(end).toMatchObject({
      start: 1_795_600_000_000,
      end: 1_795_600_060_000,
      usage: { cpuSeconds: 1.5, peakMemoryBytes: 1_000_000 },
    });
  });

  it('has the words of its container where the server got none', () => {
    const message = JSON.stringify(result({ exitCode: 4 }));
    const end = buildEnd({
      job: backoff,
      pod: ran({ exitCode: 4, message }),
      result: null,
      stopped: false,
      givenUp: null,
      begunAt: 5,
      now: 9,
    });
    expect(end.usage.cpuSeconds).toBe(1.5);
  });
});

import { describe, expect, it } from 'vitest';
import { Pod } from '../objects.ts';
import { countEnds, explainEnd, findPodTrouble, isOver, isStaying } from './pod-state.ts';

const buildPod = (status: object, meta: object = {}): Pod =>
  Pod.parse({ metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z', ...meta }, spec: {}, status });
const main = (state: object, more: object = {}) => ({ containerStatuses: [{ name: 'main', state, ...more }] });
const began = (state: object, more: object = {}) => ({ initContainerStatuses: [{ name: 'begin', state, ...more }] });
const crashed = { terminated: { exitCode: 3, reason: 'Error', message: 'no such model\n' } };
const backOff = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } };

describe('how often the containers of a pod have ended', () => {
  it.each<[string, object, number]>([
    ['it has not begun', main({ waiting: { reason: 'ContainerCreating' } }), 0],
    ['it runs', main({ running: {} }), 0],
    ['it has just ended', main(crashed), 1],
    ['it is about to be begun again', main(backOff, { lastState: crashed }), 1],
    ['it runs again', main({ running: {} }, { restartCount: 1, lastState: crashed }), 1],
    ['it has ended again', main(crashed, { restartCount: 1, lastState: crashed }), 2],
    ['it waits after two ends', main(backOff, { restartCount: 1, lastState: crashed }), 2],
    ['its files are there', { ...began({ terminated: { exitCode: 0 } }), ...main({ running: {} }) }, 0],
    ['its files could not be fetched', began({ terminated: { exitCode: 1 } }), 1],
  ])('%s: %#', (_what, status, ends) => {
    expect(countEnds(buildPod(status))).toBe(ends);
  });
});

it.each<[string, object, string]>([
  ['an exit code and its last words', main(crashed), 'it ended with exit code 3; its log ends: no such model'],
  [
    'memory that ran out, and begun again already',
    main({ running: {} }, { restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
    'it exceeded resources.memory',
  ],
  [
    'somebody who killed it',
    main({ terminated: { exitCode: 137, reason: 'Error' } }),
    'it was killed (exit code 137): it exceeded its memory, or accepted no connection for a minute',
  ],
  [
    'a program that is not there',
    main({ terminated: { exitCode: 128, reason: 'StartError', message: 'exec: "/no/such": not found' } }),
    'it could not be started: exec: "/no/such": not found',
  ],
  [
    'files that it could not fetch',
    began({ terminated: { exitCode: 1, message: 'wget: refused' } }),
    'its pod could not fetch the artifacts of the version from this server: wget: refused',
  ],
  [
    'a node that ran out of memory',
    { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
    'Kubernetes evicted its pod (Evicted): The node was low on resource: memory.',
  ],
  [
    'pods that matter more',
    { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', message: '' }] },
    'Kubernetes evicted its pod (PreemptionByScheduler)',
  ],
])('the end of a pod with %s is told of in words', (_what, status, why) => {
  expect(explainEnd(buildPod(status))).toBe(why);
});

it.each<[string, object, object, boolean, boolean]>([
  ['runs', main({ running: {} }), {}, true, false],
  [
    'answers what it has, asked to end',
    main({ running: {} }),
    { deletionTimestamp: '2026-01-01T00:01:00Z' },
    false,
    false,
  ],
  ['has ended, asked to', main(crashed), { deletionTimestamp: '2026-01-01T00:01:00Z' }, false, true],
  ['crashed, and will be begun again', main(crashed), {}, true, false],
  ['was put out', { phase: 'Failed', reason: 'Evicted' }, {}, false, true],
])('a pod that %s may be taken, is over', (_what, status, meta, staying, over) => {
  expect([isStaying(buildPod(status, meta)), isOver(buildPod(status, meta))]).toEqual([staying, over]);
});

it.each<[string, object, object | null]>([
  [
    'that nobody may fetch',
    main({ waiting: { reason: 'ErrImageNeverPull', message: 'not present' } }),
    { why: 'the node does not have the image, and cannot pull it: no registry is named', mayPass: false },
  ],
  [
    'of a registry that does not answer',
    main({ waiting: { reason: 'ImagePullBackOff', message: 'refused' } }),
    { why: 'The image cannot be pulled (ImagePullBackOff): refused', mayPass: true },
  ],
  [
    'that is there, without a node',
    { conditions: [{ type: 'PodScheduled', status: 'False', message: 'no GPU' }] },
    null,
  ],
  ['that is there', main({ waiting: { reason: 'ContainerCreating' } }), null],
])('a pod with an image %s has this trouble', (_what, status, trouble) => {
  expect(findPodTrouble(buildPod(status), 'no registry is named')).toEqual(trouble);
});

import { expect, it } from 'vitest';
import { QueuedWorkload } from './objects.ts';
import { describeAdmission, describeQueueEviction } from './queue-state.ts';

const record = (...conditions: object[]) =>
  QueuedWorkload.parse({
    metadata: { name: 'job-train', creationTimestamp: '2026-12-01T10:00:00Z' },
    status: { conditions },
  });
const NO_QUOTA =
  "couldn't assign flavors to pod set main: insufficient unused quota for cpu in flavor small, 1 more needed";
const PREEMPTED = {
  type: 'Evicted',
  status: 'True',
  reason: 'Preempted',
  message: 'Preempted to accommodate a workload (UID: a, JobUID: b) due to prioritization in the ClusterQueue',
};

it.each([
  [null, 'Waiting for admission in gpus: Kueue has no record of it yet.'],
  [record(), 'Waiting for admission in gpus: Kueue has not decided yet.'],
  [
    record({ type: 'QuotaReserved', status: 'False', reason: 'Pending', message: NO_QUOTA }),
    `Waiting for admission in gpus: ${NO_QUOTA}.`,
  ],
  [
    record({
      type: 'QuotaReserved',
      status: 'False',
      reason: 'Inadmissible',
      message: "LocalQueue gpus doesn't exist",
    }),
    "Waiting for admission in gpus: LocalQueue gpus doesn't exist.",
  ],
  [
    record({ type: 'QuotaReserved', status: 'True', reason: 'QuotaReserved' }),
    'Waiting for admission in gpus: its quota is reserved, and checks of the queue are pending.',
  ],
  [
    record({ type: 'QuotaReserved', status: 'True' }, { type: 'Admitted', status: 'True' }),
    'Waiting for admission in gpus: admitted, its pods are about to be created.',
  ],
])('work with the record %# waits for a reason', (found, reason) => {
  expect(describeAdmission('gpus', found, null)).toBe(reason);
});

it('says why the reason of waiting is unknown', () => {
  expect(describeAdmission('gpus', null, 'the server may not read the workloads of Kueue')).toBe(
    'Waiting for admission in gpus; the server may not read the workloads of Kueue, so the reason is unknown.',
  );
});

it.each([
  [record(PREEMPTED), `Kueue took it back from the queue gpus (Preempted): ${PREEMPTED.message}.`],
  [null, 'Its Job in the queue gpus was suspended while it ran.'],
])('work with the record %# was taken back for a reason', (found, reason) => {
  expect(describeQueueEviction('gpus', found)).toBe(reason);
});

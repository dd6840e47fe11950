import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Work } from '../compute/executor.ts';
import { buildJob, buildService, computeDeadlineSeconds, escapeDollars, toLabelText } from './manifest.ts';
import { buildRendezvous } from './rendezvous.ts';

/** As Kubernetes does it (third_party/forked/golang/expansion): `$$` is a dollar, `$(NAME)` a variable. */
const expanded = (word: string) => word.replaceAll(/\$\$|\$\((\w+)\)/g, (found) => (found === '$$' ? '$' : 'EXPANDED'));

it('gives every word to the command as it is, with dollars, too', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '(', ')', 'H', ' ', "'") }), (word) => {
      expect(expanded(escapeDollars(word))).toBe(word);
    }),
  );
});

it.each([
  ['search', 'search'],
  ['team/α 1', 'team---1'],
  ['-x-', 'x'],
  ['a'.repeat(80), 'a'.repeat(63)],
  ['///', ''],
])('writes the label %s as %s', (text, label) => {
  expect(toLabelText(text)).toBe(label);
});

it.each([
  [60_000, 10_000, 0, 50],
  [60_999, 10_000, 1_000, 49],
  [5_000, 10_000, 0, 1],
])(
  'asks work that must have ended at %i ms, with a grace of %i ms, begun at %i, to end after %i s',
  (until, grace, at, seconds) => {
    expect(computeDeadlineSeconds(until, grace, at)).toBe(seconds);
  },
);

const WORK: Work = {
  id: 'train-0a1b2c3d4e5f',
  folder: '/none',
  workspace: '/none',
  command: ['torchrun', 'train.py'],
  image: 'i',
  environment: {},
  resources: { cpus: 4, memoryBytes: null, gpus: { count: 0, model: null }, instance: null, spot: false },
  outputs: [],
  labels: {},
  until: 60_000,
  graceMs: 0,
};
const REQUEST = { agentImage: 'a', gpuProducts: null, now: 0 };
const FOUR: Work = { ...WORK, resources: { ...WORK.resources, nodes: 4, gpus: { count: 8, model: 'H100' } } };

it('asks for one pod, and for no names, on one node', () => {
  const job = buildJob({ ...REQUEST, work: WORK });
  expect(job).toMatchObject({ spec: { completions: 1, parallelism: 1, backoffLimit: 0 } });
  expect(JSON.stringify(job)).not.toMatch(/completionMode|subdomain|suspend|MASTER_ADDR|kueue/);
});

it('asks for a pod a node, at the same time, with names in a headless Service', () => {
  expect(buildJob({ ...REQUEST, work: FOUR })).toMatchObject({
    spec: {
      completions: 4,
      parallelism: 4,
      completionMode: 'Indexed',
      backoffLimit: 0,
      template: { spec: { subdomain: FOUR.id } },
    },
  });
  expect(buildService(FOUR, 'u')).toMatchObject({
    metadata: { name: FOUR.id, ownerReferences: [{ kind: 'Job', name: FOUR.id, uid: 'u' }] },
    spec: {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'batch.kubernetes.io/job-name': FOUR.id },
    },
  });
});

it('suspends a Job for a queue, with its priority', () => {
  const job = (queue: Work['queue']) => buildJob({ ...REQUEST, work: { ...WORK, queue: queue ?? null } });
  expect(job({ name: 'gpus', priority: 'urgent' })).toMatchObject({
    metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'gpus', 'kueue.x-k8s.io/priority-class': 'urgent' } },
    spec: { suspend: true },
  });
  expect(JSON.stringify(job({ name: 'gpus', priority: null }))).not.toContain('priority-class');
});

it('gives each node the variables of torchrun, and none that the work declares', () => {
  const variables = buildRendezvous(FOUR);
  const values = Object.fromEntries(variables.map(({ name, value }) => [name, value]));
  const address = 'train-0a1b2c3d4e5f-0.train-0a1b2c3d4e5f';
  expect(values).toMatchObject({
    MASTER_ADDR: address,
    MASTER_PORT: '29500',
    WORLD_SIZE: '4',
    PET_NNODES: '4',
    PET_NPROC_PER_NODE: '8',
    PET_RDZV_ENDPOINT: `${address}:29500`,
  });
  expect(variables.find(({ name }) => name === 'RANK')?.valueFrom).toEqual({
    fieldRef: { fieldPath: "metadata.annotations['batch.kubernetes.io/job-completion-index']" },
  });
  const own = buildRendezvous({ ...FOUR, environment: { MASTER_PORT: '1', PET_NPROC_PER_NODE: '2' } });
  expect(own.map(({ name }) => name)).not.toEqual(expect.arrayContaining(['MASTER_PORT']));
  expect(own.map(({ name }) => name)).not.toContain('PET_NPROC_PER_NODE');
  expect(buildRendezvous(WORK)).toEqual([]);
});

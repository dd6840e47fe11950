import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { meteredCost } from '../../src/finops/metering/schema.ts';
import type { Resources, Work } from '../../src/mlops/compute/executor.ts';
import { findNodeFolder } from '../../src/mlops/compute/index.ts';
import { SOON } from '../../src/mlops/executors/suite.testing.ts';
import {
  getPipelineRun,
  type PipelineRun,
  pipelineStepLog,
  startPipelineRun,
} from '../../src/mlops/pipelines/schema.ts';
import type { ConfigName } from '../../src/platform/config/schema.ts';
import { findKubernetes, type Kubernetes, startKubernetes } from '../support/kubernetes.ts';
import { type KubernetesBench, NAMESPACE, openKubernetesBench } from '../support/kubernetes-bench.ts';
import { findKueue, startKueue } from '../support/kueue.ts';
import { applyTo, ask, overRun, startServerWith } from '../support/server-calls.ts';

const bin = findKubernetes();
const kueue = findKueue();
/** Two nodes of a fifth of a CPU. */
const TWO: Resources = {
  nodes: 2,
  cpus: 0.2,
  memoryBytes: 64 * 1024 ** 2,
  gpus: { count: 0, model: null },
  instance: null,
  spot: false,
};
const ONE: Resources = { ...TWO, nodes: 1 };
/** Enough for two nodes with their agents, and not for three. */
const QUOTA_CPUS = '600m';
const BULK = { name: 'shared', priority: 'bulk' };
const URGENT = { name: 'shared', priority: 'urgent' };
const FOR_EVER = 'echo begun; while :; do sleep 0.1; done';
const group = 'kueue.x-k8s.io/v1beta2';

/** A second of one node costs a cent. `bulk` saves its checkpoint when it is taken back, and ends immediately when it continues from there. */
const documents = (image: string) => `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: machine, perHour: '36', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: bulk}
spec:
  engine: kubernetes
  image: ${JSON.stringify(image)}
  queue: shared
  budget: 20 USD
  steps:
    train:
      run: |
        echo "from \${STEELYARD_CHECKPOINT:-nothing}"
        [ -z "$STEELYARD_CHECKPOINT" ] || exit 0
        trap 'echo epoch-7 > "$STEELYARD_CHECKPOINT_FILE"; exit 0' TERM
        echo begun; while :; do sleep 0.1; done
      resources: {nodes: 2, cpu: 0.2, memory: 64Mi, priority: bulk}
      grace: 5s
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: urgent}
spec:
  engine: kubernetes
  image: ${JSON.stringify(image)}
  queue: shared
  steps: {work: {run: 'sleep 14', resources: {nodes: 2, cpu: 0.2, memory: 64Mi, priority: urgent}}}
`;

/** A queue with little quota, in which work of higher priority preempts other work. */
const QUEUES = [
  {
    apiVersion: group,
    kind: 'ClusterQueue',
    metadata: { name: 'cluster' },
    spec: {
      namespaceSelector: {},
      preemption: { withinClusterQueue: 'LowerPriority' },
      resourceGroups: [
        {
          coveredResources: ['cpu', 'memory'],
          flavors: [
            {
              name: 'any',
              resources: [
                { name: 'cpu', nominalQuota: QUOTA_CPUS },
                { name: 'memory', nominalQuota: '4Gi' },
              ],
            },
          ],
        },
      ],
    },
  },
  {
    apiVersion: group,
    kind: 'LocalQueue',
    metadata: { name: 'shared', namespace: NAMESPACE },
    spec: { clusterQueue: 'cluster' },
  },
  { apiVersion: group, kind: 'WorkloadPriorityClass', metadata: { name: 'bulk' }, value: 1 },
  { apiVersion: group, kind: 'WorkloadPriorityClass', metadata: { name: 'urgent' }, value: 1000 },
];

/** The cluster as an engine of a server. */
function buildEngine(
  cluster: Kubernetes,
  { kubeconfig }: KubernetesBench,
  settings: Partial<Record<ConfigName, unknown>>,
) {
  return {
    settings: (port: number) => ({
      ...{ kubernetes: kubeconfig, kubernetesNamespace: NAMESPACE, kubernetesAgentImage: cluster.node.image.name },
      publicUrl: `http://${cluster.address}:${port}`,
      ...settings,
    }),
  };
}

describe.skipIf(bin === null || kueue === null)('Kubernetes with Kueue', () => {
  let cluster: Kubernetes;
  let bench: KubernetesBench;
  let folder: string;
  let count = 0;
  const running = new AsyncDisposableStack();
  const open = () => bench.open({ allowed: { queues: ['shared', 'nowhere'], priorities: ['bulk', 'urgent'] } });
  const kubectl = (...args: string[]) => cluster.kubectl('--namespace', NAMESPACE, ...args);
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'steelyard-kueue-'));
    cluster = running.use(await startKubernetes(bin ?? ''));
    running.use(await startKueue(cluster, kueue ?? ''));
    bench = running.use(await openKubernetesBench(cluster));
    cluster.apply({ apiVersion: 'v1', kind: 'List', items: QUEUES });
  });
  afterEach(() => void kubectl('delete', 'jobs', '--all', '--wait=false'));
  afterAll(async () => {
    await running.disposeAsync();
    rmSync(folder, { recursive: true, force: true });
  });

  function workOf(script: string, over: Partial<Work> = {}): Work {
    count += 1;
    const place = join(folder, `work-${count}`);
    mkdirSync(join(place, 'workspace'), { recursive: true });
    return {
      id: `work-${count}`,
      folder: place,
      workspace: join(place, 'workspace'),
      command: ['sh', '-c', script],
      image: cluster.node.image.name,
      environment: {},
      resources: TWO,
      outputs: [],
      labels: {},
      until: Date.now() + 300_000,
      graceMs: 5_000,
      ...over,
    };
  }
  const logOf = (work: Work, node = 0) => readFileSync(join(findNodeFolder(work.folder, node), 'output.log'), 'utf8');
  const hasBegun = (work: Work) => expect.poll(() => logOf(work), SOON).toContain('begun');

  describe('work on several nodes', () => {
    it('gives each node its number and the name of the first, keeps its logs apart, and has the outputs of node 0', async () => {
      await using executor = await open();
      const script =
        'echo "$RANK of $WORLD_SIZE, $PET_NODE_RANK of $PET_NNODES at $MASTER_ADDR:$MASTER_PORT"; echo $RANK > out.txt';
      const work = workOf(script, { outputs: ['out.txt'] });
      const started = await executor.start(work);
      const end = await started.ended;
      expect(end).toMatchObject({ reason: 'exited', exitCode: 0, decisiveNode: null });
      for (const node of [0, 1])
        expect(logOf(work, node)).toBe(`${node} of 2, ${node} of 2 at ${work.id}-0.${work.id}:29500\n`);
      expect(readFileSync(join(work.workspace, 'out.txt'), 'utf8')).toBe('0\n');
      expect(end.held?.machineMs).toBeGreaterThan(end.end - (end.held?.since ?? 0));
    });

    it('has a name for each pod in the cluster while it runs', async () => {
      await using executor = await open();
      const work = workOf(FOR_EVER);
      const started = await executor.start(work);
      await hasBegun(work);
      const names = () =>
        kubectl(
          ...['get', 'endpointslices', '-l', `kubernetes.io/service-name=${work.id}`],
          ...['-o', 'jsonpath={.items[*].endpoints[*].hostname}'],
        )
          .split(' ')
          .toSorted();
      await expect.poll(names, SOON).toEqual([`${work.id}-0`, `${work.id}-1`]);
      await started.stop();
      expect(await started.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'starter' });
    });

    it('ends whole when one node fails, with the reason of that node', async () => {
      await using executor = await open();
      const work = workOf(`[ "$RANK" = 1 ] && { echo broken; exit 3; }; ${FOR_EVER}`);
      const end = await (await executor.start(work)).ended;
      expect(end).toMatchObject({ reason: 'exited', exitCode: 3, decisiveNode: 1 });
      expect(logOf(work, 1)).toBe('broken\n');
    });

    it('is found again by the next server', async () => {
      const work = workOf('echo begun; sleep 3; echo "last of $RANK"');
      const first = await open();
      await first.start(work);
      await hasBegun(work);
      await first[Symbol.asyncDispose]();
      await using second = await open();
      expect(await (await second.find(work))?.ended).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect([logOf(work, 0), logOf(work, 1)]).toEqual(['begun\nlast of 0\n', 'begun\nlast of 1\n']);
    });
  });

  describe('a queue', () => {
    it('holds work back while its quota is in use, says why, and admits it when there is room', async () => {
      await using executor = await open();
      const holder = workOf(FOR_EVER, { queue: BULK });
      const held = await executor.start(holder);
      await hasBegun(holder);
      const waiting = await executor.start(workOf('echo begun', { queue: BULK }));
      await expect
        .poll(() => waiting.waiting?.(), SOON)
        .toMatch(/^Waiting for admission in shared: .*unused quota for cpu/);
      expect([waiting.isQueued?.(), waiting.heldSince?.()]).toEqual([true, null]);
      expect(held.isQueued?.()).toBe(false);
      await held.stop();
      await held.ended;
      const end = await waiting.ended;
      expect(end).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(end.held?.since).toBeGreaterThan(held.start);
    });

    it('gives a step that is stopped while it waits back at once, without cost', async () => {
      await using executor = await open();
      const holder = workOf(FOR_EVER, { queue: BULK });
      const held = await executor.start(holder);
      await hasBegun(holder);
      const work = workOf('true', { queue: BULK });
      const waiting = await executor.start(work);
      await expect.poll(() => waiting.isQueued?.(), SOON).toBe(true);
      await waiting.stop();
      expect(await waiting.ended).toMatchObject({ reason: 'stopped', held: { since: null, machineMs: 0 } });
      expect(kubectl('get', 'jobs', '-o', 'name')).not.toContain(`/${work.id}\n`);
      await held.stop();
      await held.ended;
    });

    it('takes work back for work of higher priority, which leaves its checkpoint', async () => {
      await using executor = await open();
      const script = `trap 'echo saved > checkpoint.txt; exit 0' TERM; ${FOR_EVER}`;
      const bulk = workOf(script, { queue: BULK, outputs: ['checkpoint.txt'] });
      const taken = await executor.start(bulk);
      await hasBegun(bulk);
      const urgent = workOf('echo begun', { queue: URGENT });
      const first = await executor.start(urgent);
      const end = await taken.ended;
      expect(end).toMatchObject({
        reason: 'evicted',
        detail: expect.stringMatching(/^Kueue took it back from the queue shared \(Preempted\): /),
      });
      expect(readFileSync(join(bulk.workspace, 'checkpoint.txt'), 'utf8')).toBe('saved\n');
      expect(end.held?.machineMs).toBeGreaterThan(0);
      expect(await first.ended).toMatchObject({ reason: 'exited', exitCode: 0 });
      await expect.poll(() => kubectl('get', 'jobs', '-o', 'name'), SOON).not.toContain(`/${bulk.id}\n`);
    });

    it('lets a step of a pipeline that was taken back go on from its checkpoint, and counts its cost once', async () => {
      const settings = { kubernetesQueues: 'shared', kubernetesPriorities: 'bulk,urgent' };
      await using server = await startServerWith(
        buildEngine(cluster, bench, settings),
        mkdtempSync(join(folder, 'data-')),
      );
      await applyTo(server, documents(cluster.node.image.name));
      const start = async (pipeline: string) =>
        (await ask(server, startPipelineRun, { params: { pipeline }, body: {} })).run;
      const stepOf = (run: PipelineRun) => run.stepList[0];
      const bulk = await start('bulk');
      const log = async (attempt: number) => {
        const query = { step: 'train', attempt };
        return (await ask(server, pipelineStepLog, { params: { pipeline: 'bulk', run: bulk }, query })).text;
      };
      await expect.poll(() => log(1), SOON).toContain('begun');
      const urgent = await start('urgent');
      const now = async () => stepOf(await ask(server, getPipelineRun, { params: { pipeline: 'bulk', run: bulk } }));
      await expect
        .poll(async () => (await now())?.reason ?? '', SOON)
        .toMatch(/^Waiting for admission in shared: .*unused quota/);
      expect((await overRun(server, 'urgent', urgent)).state).toBe('succeeded');
      const over = await overRun(server, 'bulk', bulk);
      expect(over.state).toBe('succeeded');
      expect(stepOf(over)?.attempts).toMatchObject([
        { reason: expect.stringMatching(/^Kueue took it back from the queue shared/), checkpoint: 'epoch-7' },
        { reason: null, exitCode: 0 },
      ]);
      expect(await log(2)).toContain('from epoch-7');
      expect((await ask(server, meteredCost, { query: { pipelineRun: bulk } })).cost).toEqual(over.cost);
    });

    it('that the operator does not list is refused before a Job is created', async () => {
      await using executor = await open();
      const work = workOf('true', { queue: { name: 'secret', priority: null } });
      await expect(executor.start(work)).rejects.toMatchObject({
        code: 'executor_cannot',
        message: expect.stringMatching(/^The queue "secret" is not allowed on this server\. Allowed queues: shared,/),
      });
      expect(kubectl('get', 'jobs', '-o', 'name')).not.toContain(`/${work.id}\n`);
    });

    it('that does not exist is the reason of waiting', async () => {
      await using executor = await open();
      const waiting = await executor.start(
        workOf('true', { resources: ONE, queue: { name: 'nowhere', priority: null } }),
      );
      await expect.poll(() => waiting.waiting?.(), SOON).toMatch(/^Waiting for admission in nowhere: .*doesn't exist/);
      await waiting.stop();
      await waiting.ended;
    });
  });
});

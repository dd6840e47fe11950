import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Executor, Resources, Work } from '../../src/mlops/compute/executor.ts';
import { describeExecutor, SOON } from '../../src/mlops/executors/suite.testing.ts';
import { buildDigestJob, buildJob, buildSecret } from '../../src/mlops/kubernetes-executor/manifest.ts';
import { findKubernetes, type Kubernetes, startKubernetes } from '../support/kubernetes.ts';
import {
  type KubernetesBench,
  NAMESPACE,
  openKubernetesBench,
  serviceAccountConfig,
} from '../support/kubernetes-bench.ts';

const bin = findKubernetes();
const ANY: Resources = { cpus: null, memoryBytes: null, gpus: { count: 0, model: null }, instance: null, spot: false };
const inNamespace = (object: object) => ({ ...object, metadata: { ...Object(object).metadata, namespace: NAMESPACE } });
const LATE = { timeout: 120_000, interval: 200 };
/** The API of the metrics server without an implementation. */
const METRICS_API = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'pods.metrics.k8s.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
  },
  spec: {
    group: 'metrics.k8s.io',
    scope: 'Namespaced',
    names: { plural: 'pods', singular: 'podmetrics', kind: 'PodMetrics', listKind: 'PodMetricsList' },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

describe.skipIf(bin === null)('Kubernetes', () => {
  let cluster: Kubernetes;
  let bench: KubernetesBench;
  let folder: string;
  let count = 0;
  const kubectl = (...args: string[]) => cluster.kubectl('--namespace', NAMESPACE, ...args);
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'steelyard-kubernetes-'));
    cluster = await startKubernetes(bin ?? '');
    bench = await openKubernetesBench(cluster);
  });
  afterEach(() => void kubectl('delete', 'jobs,resourcequotas', '--all', '--wait=false'));
  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
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
      resources: ANY,
      outputs: [],
      labels: { team: 'search', run: 'r/1' },
      until: Date.now() + 300_000,
      graceMs: 2_000,
      ...over,
    };
  }
  const logOf = (work: Work) => readFileSync(join(work.folder, 'output.log'), 'utf8');
  const begun = (work: Work) => expect.poll(() => logOf(work), SOON).toContain('begun');
  const FOR_EVER = 'echo begun; while :; do sleep 0.1; done';

  describeExecutor('Kubernetes', async () => ({
    open: () => bench.open(),
    image: cluster.node.image.name,
    path: null,
    left: null,
  }));

  describe('what the cluster is asked for', () => {
    it('is a Job with labels that the API server accepts, and nothing of its environment in it', async () => {
      await using executor = await bench.open();
      const work = workOf(FOR_EVER, {
        environment: { TOKEN: 'very-secret' },
        resources: { ...ANY, cpus: 0.1, memoryBytes: 64 * 1024 ** 2, instance: 'test.small', spot: true },
      });
      const running = await executor.start(work);
      await begun(work);
      const job = JSON.parse(kubectl('get', 'job', work.id, '-o', 'json'));
      expect(job.metadata.labels).toMatchObject({
        'app.kubernetes.io/managed-by': 'steelyard',
        'app.kubernetes.io/instance': work.id,
        'steelyard.dev/team': 'search',
        'steelyard.dev/run': 'r-1',
      });
      expect(job.metadata.annotations['steelyard.dev/run']).toBe('r/1');
      expect(kubectl('get', 'job,pod', '-o', 'json')).not.toContain('very-secret');
      const [main] = job.spec.template.spec.containers;
      expect(main.resources).toEqual({
        limits: { cpu: '100m', memory: '67108864' },
        requests: { cpu: '100m', memory: '67108864' },
      });
      await running.stop();
      expect((await running.ended).place).toMatchObject({ instance: 'test.small', spot: false });
    });

    it.each<[string, Partial<Work>, readonly string[] | null]>([
      ['nothing besides', {}, null],
      ['bounds', { resources: { ...ANY, cpus: 0.25, memoryBytes: 64 * 1024 ** 2 } }, null],
      ['GPUs of a model', { resources: { ...ANY, gpus: { count: 2, model: 'H100' } } }, ['NVIDIA-H100-80GB-HBM3']],
      ['GPUs of a model, nodes unseen', { resources: { ...ANY, gpus: { count: 1, model: 'H100' } } }, null],
      ['an instance on spot', { resources: { ...ANY, instance: 'p5.48xlarge', spot: true } }, null],
      [
        'secrets and odd words',
        { environment: { KEY: 'a "b" $(c)\nü', 'odd.name-1': '' }, command: ['$(HOME)', ''] },
        null,
      ],
      [
        'outputs, labels of any text',
        { outputs: ['a b', 'c/d'], labels: { step: 'train[lr=0.1]', team: '', run: 'ü/1' } },
        null,
      ],
      ['no time left', { until: 0, graceMs: 0 }, null],
    ])('is accepted by the API server, field by field, for work with %s', (_, over, gpuProducts) => {
      const work = workOf('true', over);
      const agentImage = cluster.node.image.name;
      const door = { in: 'http://a/in', out: 'http://a/out', end: 'http://a/end' };
      const objects = [
        buildJob({ work, agentImage, gpuProducts, now: Date.now() }),
        buildSecret(work, randomUUID(), door),
        buildDigestJob(`image-${work.id}`, agentImage, agentImage),
      ];
      const file = join(work.folder, 'objects.json');
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
      const said = kubectl('apply', '--dry-run=server', '--validate=strict', '-f', file);
      expect(said.trim().split('\n')).toEqual([
        `job.batch/${work.id} created (server dry run)`,
        `secret/${work.id} created (server dry run)`,
        `job.batch/image-${work.id} created (server dry run)`,
      ]);
    });

    it('is refused at the start when the role lacks something, by name', async () => {
      kubectl('create', 'serviceaccount', 'nobody');
      const kubeconfig = serviceAccountConfig(cluster, 'nobody');
      await expect(bench.open({ kubeconfig })).rejects.toMatchObject({
        code: 'executor_denied',
        message: expect.stringMatching(/create jobs.*get pods\/log.*create secrets.*rbac\.yaml/),
      });
    });

    it('is the least: the account can read no Secret and enter no container', () => {
      const can = (...args: string[]) => {
        try {
          return execFileSync(
            join(bin ?? '', 'kubectl'),
            ['--kubeconfig', bench.kubeconfig, '-n', NAMESPACE, 'auth', 'can-i', ...args],
            {
              encoding: 'utf8',
            },
          ).trim();
        } catch (error) {
          return error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : 'failed';
        }
      };
      expect(can('create', 'jobs')).toBe('yes');
      for (const denied of [
        ['get', 'secrets'],
        ['list', 'secrets'],
        ['create', 'pods/exec'],
        ['create', 'pods'],
      ]) {
        expect([denied, can(...denied)]).toEqual([denied, 'no']);
      }
      expect(can('get', 'jobs', '-n', 'default')).toBe('no');
    });

    it('waits for nothing where the quota is used up: the work is refused, and its Job is gone', async () => {
      await using executor = await bench.open();
      cluster.apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace: NAMESPACE },
        spec: { hard: { pods: '0' } },
      });
      await expect.poll(() => kubectl('get', 'quota', 'none', '-o', 'jsonpath={.status.hard.pods}'), SOON).toBe('0');
      const work = workOf('true');
      await expect(executor.start(work)).rejects.toMatchObject({
        code: 'executor_quota',
        message: expect.stringContaining('exceeded quota: none'),
      });
      await expect.poll(() => kubectl('get', 'jobs', '-o', 'name'), SOON).not.toContain(work.id);
      expect(await executor.find(work)).toBeNull();
    });
  });

  describe('nodes', () => {
    it('are known before the command has ended, with the part of them that it has', async () => {
      await using executor = await bench.open();
      const work = workOf(FOR_EVER, { resources: { ...ANY, cpus: 0.1 } });
      const running = await executor.start(work);
      const place = await running.placed;
      const cpus = Number(kubectl('get', 'node', '-o', 'jsonpath={.items[0].status.allocatable.cpu}'));
      expect(place).toMatchObject({ instance: 'test.small', spot: false });
      expect(place?.share).toBeCloseTo(0.1 / cpus, 5);
      await running.stop();
      expect((await running.ended).place).toEqual(place);
    });

    it('say what work takes while it runs, where there is a metrics API, and else why not', async () => {
      await using executor = await bench.open();
      const work = workOf(FOR_EVER);
      const running = await executor.start(work);
      await begun(work);
      expect(await running.usage()).toEqual({
        cpuSeconds: null,
        peakMemoryBytes: null,
        reason: 'the cluster has no metrics API',
      });
      // Replaces the missing metrics server: the API server itself answers with metrics that were recorded elsewhere.
      cluster.apply(METRICS_API);
      onTestFinished(() => void kubectl('delete', 'crd', 'pods.metrics.k8s.io'));
      const reason = async () => (await running.usage()).reason;
      await expect.poll(reason, SOON).toBe('the metrics API has no figures for its pod yet');
      const pod = kubectl('get', 'pods', '-l', `job-name=${work.id}`, '-o', 'jsonpath={.items[0].metadata.name}');
      const taken = { name: 'main', usage: { cpu: '250123456n', memory: '5272Ki' } };
      cluster.apply({
        apiVersion: 'metrics.k8s.io/v1beta1',
        kind: 'PodMetrics',
        metadata: { name: pod, namespace: NAMESPACE },
        timestamp: new Date(running.start + 60_000).toISOString(),
        window: '20s',
        containers: [{ name: 'carry', usage: { cpu: '1', memory: '1Gi' } }, taken],
      });
      await expect
        .poll(() => running.usage(), SOON)
        .toEqual({
          cpuSeconds: expect.closeTo(20 * 0.250123456, 6),
          peakMemoryBytes: 5272 * 1024,
          reason: 'without its first 40 s',
        });
      await running.stop();
      expect((await running.ended).usage.cpuSeconds).not.toBe(null);
    });

    it('with the GPU that was asked for run the work, by the label of their product', async () => {
      await using executor = await bench.open();
      kubectl('label', 'node', cluster.node.name, 'nvidia.com/gpu.product=NVIDIA-H100-80GB-HBM3', '--overwrite');
      kubectl(
        'patch',
        'node',
        cluster.node.name,
        '--subresource=status',
        '-p',
        '{"status":{"capacity":{"nvidia.com/gpu":"2"},"allocatable":{"nvidia.com/gpu":"2"}}}',
      );
      const gpus = (n: number, model: string) => ({ resources: { ...ANY, gpus: { count: n, model } } });
      const end = await (await executor.start(workOf('exit 0', gpus(2, 'H100')))).ended;
      expect(end).toMatchObject({ reason: 'exited', exitCode: 0, place: { gpuModel: 'NVIDIA-H100-80GB-HBM3' } });
      for (const never of [gpus(3, 'H100'), gpus(1, 'A100'), { resources: { ...ANY, instance: 'p5.48xlarge' } }]) {
        await expect(executor.start(workOf('true', never))).rejects.toMatchObject({ code: 'executor_cannot' });
      }
    });

    it('with spot capacity alone run what must be on it: it waits for one, and may be asked to end before', async () => {
      await using executor = await bench.open();
      const onlySpot = { resources: { ...ANY, spot: true, onlySpot: true } };
      const moved = await executor.start(workOf('true', onlySpot));
      await expect
        .poll(() => moved.waiting?.(), SOON)
        .toMatch(/No node of Kubernetes has capacity for it now: 0\/1 nodes/);
      await moved.stop();
      expect(await moved.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'starter', exitCode: null });
      const running = await executor.start(workOf('exit 0', onlySpot));
      await expect.poll(() => running.waiting?.(), SOON).toMatch(/No node of Kubernetes/);
      kubectl('label', 'node', cluster.node.name, 'karpenter.sh/capacity-type=spot');
      onTestFinished(() => void kubectl('label', 'node', cluster.node.name, 'karpenter.sh/capacity-type-'));
      expect(await running.placed).toMatchObject({ spot: true });
      expect(await running.ended).toMatchObject({ reason: 'exited', exitCode: 0, place: { spot: true } });
    });

    it('that are still to be made are waited for, what is missing is said, and work that never began says so', async () => {
      await using executor = await bench.open({ nodes: 'growing' });
      const work = workOf('true', { resources: { ...ANY, instance: 'p5.48xlarge' }, until: Date.now() + 9_000 });
      const running = await executor.start(work);
      await expect
        .poll(() => running.waiting?.(), SOON)
        .toMatch(/No node of Kubernetes has capacity for it now: 0\/1 nodes/);
      expect(await running.ended).toMatchObject({
        reason: 'not-started',
        stoppedBy: 'watchdog',
        exitCode: null,
        detail: expect.stringContaining('0/1 nodes'),
      });
    });
  });

  describe('work that does not come to a good end', () => {
    it('has an image that cannot be had: it waits for a while, saying why, and is given up', async () => {
      await using executor = await bench.open();
      const work = workOf('true', { image: 'steelyard.test/no-such:1' });
      const running = await executor.start(work);
      await expect.poll(() => running.waiting?.(), SOON).toMatch(/The image cannot be pulled.*no-such:1/);
      expect(await running.ended).toMatchObject({
        reason: 'not-started',
        detail: expect.stringContaining('steelyard.test/no-such:1'),
      });
      await expect(executor.imageDigest('steelyard.test/no-such:1')).rejects.toMatchObject({ code: 'image_not_found' });
      expect(await executor.imageDigest(cluster.node.image.name)).toMatch(/^sha256:[0-9a-f]{64}$/);
    });

    it('that was given less time than its grace is ended within that', async () => {
      await using executor = await bench.open();
      // With its grace period it would outlive the test.
      const work = workOf('trap "" TERM; echo begun; while :; do sleep 0.1; done', {
        graceMs: 3_600_000,
        until: Date.now() + 7_200_000,
      });
      const running = await executor.start(work);
      await begun(work);
      await running.stop(2_000);
      expect(await running.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'starter' });
    });

    it('is evicted: that is no stop, and no failure of its own', async () => {
      await using executor = await bench.open();
      const work = workOf('trap "echo kept > out.txt; exit 0" TERM; echo begun; while :; do sleep 0.1; done', {
        outputs: ['out.txt'],
      });
      const running = await executor.start(work);
      await begun(work);
      const pod = kubectl('get', 'pods', '-l', `job-name=${work.id}`, '-o', 'jsonpath={.items[0].metadata.name}');
      const eviction = join(work.folder, 'eviction.json');
      writeFileSync(
        eviction,
        JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: NAMESPACE } }),
      );
      kubectl('create', '--raw', `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`, '-f', eviction);
      expect(await running.ended).toMatchObject({ reason: 'evicted', stoppedBy: null, exitCode: 0 });
      expect(readFileSync(join(work.workspace, 'out.txt'), 'utf8')).toBe('kept\n');
    });

    it('is suspended by somebody else while it runs: it is not begun again', async () => {
      await using executor = await bench.open();
      const work = workOf(FOR_EVER);
      const running = await executor.start(work);
      await begun(work);
      kubectl('patch', 'job', work.id, '-p', '{"spec":{"suspend":true}}');
      expect(await running.ended).toMatchObject({ reason: 'evicted', detail: expect.stringContaining('suspended') });
      await expect.poll(() => kubectl('get', 'jobs', '-o', 'name'), SOON).not.toContain(work.id);
    });

    it('has its Job removed by somebody else: that is told', async () => {
      await using executor = await bench.open();
      const work = workOf(FOR_EVER);
      const running = await executor.start(work);
      await begun(work);
      kubectl('delete', 'job', work.id, '--wait=false');
      expect(await running.ended).toMatchObject({
        reason: 'evicted',
        detail: expect.stringContaining('Its Job was deleted'),
      });
    });
  });

  describe('servers that go away', () => {
    const LINES = 400;
    const COUNTING = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i"; echo "error $i" >&2; sleep 0.1; done`;
    const expected = Array.from({ length: LINES }, (_, index) => index + 1);
    const numbersOf = (work: Work, word: string) =>
      [...logOf(work).matchAll(new RegExp(`^${word} (\\d+)$`, 'gm'))].map(([, number]) => Number(number));

    it('an API server for half a minute: no line is lost, and none comes twice', async () => {
      await using executor = await bench.open();
      const work = workOf(COUNTING);
      const running = await executor.start(work);
      await expect.poll(() => numbersOf(work, 'line').length, SOON).toBeGreaterThan(20);
      await cluster.stopApiserver();
      await expect(executor.find(workOf('true'))).rejects.toMatchObject({ code: 'executor_unreachable' });
      await pause(30_000);
      await cluster.startApiserver();
      expect(await running.ended).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(numbersOf(work, 'line')).toEqual(expected);
      expect(numbersOf(work, 'error')).toEqual(expected);
    });

    it('our own, which comes back while the work runs: the log goes on where it was', async () => {
      const work = workOf(COUNTING.replace('400', '100'));
      const first: Executor = await bench.open();
      await first.start(work);
      await expect.poll(() => numbersOf(work, 'line').length, SOON).toBeGreaterThan(20);
      await first[Symbol.asyncDispose]();
      await using second = await bench.open();
      expect(await (await second.find(work))?.ended).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(numbersOf(work, 'line')).toEqual(expected.slice(0, 100));
      expect(numbersOf(work, 'error')).toEqual(expected.slice(0, 100));
    });

    it('our own, right after it had made a Job and before its Secret: the next one makes that, and it runs', async () => {
      const work = workOf('[ "$WORD" = there ]', { environment: { WORD: 'there' } });
      const agentImage = cluster.node.image.name;
      cluster.apply(JSON.stringify(inNamespace(buildJob({ work, agentImage, gpuProducts: null, now: Date.now() }))));
      await using executor = await bench.open();
      expect(await (await executor.find(work))?.ended).toMatchObject({ reason: 'exited', exitCode: 0 });
    });

    it('our own, until the work has ended: its end, its log and its outputs are there', async () => {
      const work = workOf('echo begun; sleep 3; echo made > out.txt; echo last words; exit 7', {
        outputs: ['out.txt'],
      });
      const first: Executor = await bench.open();
      await first.start(work);
      await begun(work);
      await first[Symbol.asyncDispose]();
      await expect.poll(() => kubectl('get', 'job', work.id, '-o', 'jsonpath={.status.failed}'), LATE).toBe('1');
      await using second = await bench.open();
      const end = await (await second.find(work))?.ended;
      expect(end).toMatchObject({ reason: 'exited', exitCode: 7 });
      expect(logOf(work)).toBe('begun\nlast words\n');
      expect(readFileSync(join(work.workspace, 'out.txt'), 'utf8')).toBe('made\n');
    });
  });
});

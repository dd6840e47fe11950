import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listUsage } from '../../src/finops/metering/schema.ts';
import type { Application } from '../../src/main.ts';
import { getEndpoint } from '../../src/mlops/serving/schema.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import { appliedEndpoint } from '../../src/mlops/testing/serving.ts';
import { call, catchProblem, testApplication } from '../../src/testing/application.ts';
import { areEnginesWhole } from '../support/engine-scope.ts';
import { findKubernetes } from '../support/kubernetes.ts';
import { NAMESPACE, serviceAccountConfig } from '../support/kubernetes-bench.ts';
import { ask as askServer } from '../support/server-calls.ts';
import { startServerProcess } from '../support/server-process.ts';
import { type KubernetesServing, kubernetesServing } from '../support/serving-engines.ts';
import { describeServedBy, environmentOf, predicted, weighing } from './backends-suite.ts';
import { startLoad } from './load.ts';

const LIMIT_MS = 600_000;
const WAIT = { timeout: 240_000, interval: 200 };
const bin = findKubernetes();
const there = bin !== null || process.env.CI !== undefined;

/** The API of KServe without its controller, so no pods are created. */
const KSERVE = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'inferenceservices.serving.kserve.io' },
  spec: {
    group: 'serving.kserve.io',
    scope: 'Namespaced',
    names: { plural: 'inferenceservices', singular: 'inferenceservice', kind: 'InferenceService' },
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

describe.skipIf(!there)('Kubernetes (skipped where TEST_KUBERNETES_BIN names no programs of a cluster)', () => {
  let engine: KubernetesServing;
  beforeAll(async () => {
    engine = await kubernetesServing(bin ?? '');
  }, LIMIT_MS);
  afterAll(() => engine?.[Symbol.asyncDispose](), LIMIT_MS);

  describeServedBy('pods of Kubernetes', () => engine);

  // The rest is not of the core.
  if (!areEnginesWhole) return;

  const objects = (kind: string, name: string) =>
    JSON.parse(engine.kubectl('get', kind, '-l', `steelyard.dev/endpoint=${name}`, '-o', 'json')).items;
  const podsOf = (name: string): string[] =>
    objects('pods', name)
      .filter(({ metadata }: { metadata: { deletionTimestamp?: string } }) => metadata.deletionTimestamp === undefined)
      .map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  const spec = (version: string, more: object = {}, container: object = {}, top: object = {}) => {
    const { container: own, ...variant } = engine.variant as { container: object };
    const main = { model: 'm', version, ...variant, ...more, container: { ...own, ...container } };
    return { variants: { main }, keepPrevious: '0s', ...top };
  };
  async function open(over: object = {}): Promise<Application & { readonly url: string }> {
    const application = await testApplication({}, { ...engine.settings, ...over });
    const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
    engine.serverAt?.(url);
    return { ...application, url };
  }

  it(
    'are of a Deployment with bounds, probes, labels and no rights; scaled under load none is dropped, to zero and back',
    async () => {
      await using application = await open();
      const version = await weighing(application, 5);
      const resources = { cpu: '50m', memory: '64Mi' };
      const sized = (replicas: object, more: object = {}) =>
        spec(version, { replicas, resources, env: { A: 'b $(PORT)' }, ...more });
      await appliedEndpoint(application, 'sized', sized({ min: 1 }));
      const [deployment] = objects('deployments', 'sized');
      const [main] = deployment.spec.template.spec.containers;
      expect(main).toMatchObject({
        securityContext: { allowPrivilegeEscalation: false },
        imagePullPolicy: 'Never',
        resources: { limits: { cpu: '50m', memory: '67108864' } },
        startupProbe: { httpGet: { path: '/ping', port: 8080 } },
        readinessProbe: { httpGet: { path: '/ping', port: 8080 } },
        livenessProbe: { tcpSocket: { port: 8080 } },
      });
      expect(deployment.spec.template.spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
        terminationGracePeriodSeconds: 5,
      });
      expect(deployment.metadata.labels).toMatchObject({
        'steelyard.dev/model': 'm',
        'steelyard.dev/modelVersion': '1',
      });
      expect(objects('services', 'sized')[0].spec.selector).toEqual(deployment.spec.selector.matchLabels);
      const first = podsOf('sized');
      expect(engine.kubectl('exec', first[0] ?? '', '-c', 'main', '--', 'env')).toContain('A=b $(PORT)');

      using load = startLoad(`${application.url}/serve/sized`, 2);
      await load.begun;
      await appliedEndpoint(application, 'sized', sized({ min: 2 }));
      expect(podsOf('sized')).toHaveLength(2);
      await appliedEndpoint(application, 'sized', sized({ min: 1 }));
      await expect.poll(() => podsOf('sized'), WAIT).toHaveLength(1);
      expect(Object.keys(await load.stop())).toEqual(['200 {"predictions":[5]}']);
      expect(objects('deployments', 'sized')).toMatchObject([{ spec: { replicas: 1 } }]);

      const idle = { scaling: { policy: 'fixed', idleAfter: '1s' } };
      await appliedEndpoint(application, 'sized', sized({ min: 0, max: 1 }, idle));
      await expect.poll(() => podsOf('sized'), WAIT).toEqual([]);
      expect(await predicted(application, 'sized')).toEqual([200, { predictions: [5] }]);
    },
    LIMIT_MS,
  );

  it(
    'are asked through the API server where their addresses are not reached, and are priced by their part of the node',
    async () => {
      await using application = await open({ kubernetesReplicaAddress: 'auto' });
      const price = { resource: 'test.small', perHour: '36', effectiveFrom: '2020-01-01' };
      const book = { currency: 'USD', source: 'test', prices: [price] };
      const document = { apiVersion: 'steelyard/v1', kind: 'PriceBook', metadata: { name: 'own' }, spec: book };
      await applied(application, JSON.stringify(document));
      const resources = { cpu: '100m' };
      await appliedEndpoint(application, 'proxied', spec(await weighing(application, 5), { resources }));
      expect(await predicted(application, 'proxied')).toEqual([200, { predictions: [5] }]);
      const cpus = JSON.parse(engine.kubectl('get', 'nodes', '-o', 'json')).items[0].status.allocatable.cpu;
      const used = async () =>
        (await call(application, listUsage, { query: { model: 'm' } })).intervals.map(({ resource, quantity }) => [
          resource,
          Number(quantity),
        ]);
      await expect.poll(used, WAIT).toEqual([['test.small', Math.ceil((0.1 / Number(cpus)) * 1e6) / 1e6]]);
      const { variants } = await call(application, getEndpoint, { params: { endpoint: 'proxied' } });
      expect(variants[0]?.cost).toMatchObject({ cost: { currency: 'USD' }, unpriced: [] });
    },
    LIMIT_MS,
  );

  it(
    'that cannot be say why, and what was live stays so',
    async () => {
      await using application = await open({ servingRegistries: '127.0.0.1:1/acme' });
      const version = await weighing(application, 5);
      const startTimeout = '3s';
      const script = (words: string) => ({ command: ['/bin/busybox', 'sh', '-c', words] });
      const cases: [name: string, more: object, container: object, why: RegExp][] = [
        [
          'not-named',
          {},
          { image: 'acme/ranker:1' },
          /servingRegistries does not include the registry of docker.io\/acme\/ranker/,
        ],
        ['not-there', {}, { image: '127.0.0.1:1/acme/ranker:1' }, /image cannot be pulled \(\w+\): .*127.0.0.1:1/],
        ['no-gpu', { resources: { gpu: { count: 1, model: 'H100' } } }, {}, /cluster has 1 GPUs of model H100/],
        [
          'no-node',
          { kubernetes: { nodeSelector: { disk: 'fast' } } },
          {},
          /No node of Kubernetes has capacity for it now: .*node affinity\/selector/,
        ],
        ['no-program', {}, { command: ['/no/such'] }, /it could not be started: .*\/no\/such/],
        [
          'greedy',
          { resources: { memory: '16Mi' } },
          script('exec busybox tail -c 200000000 /dev/zero'),
          /it exceeded resources.memory|it was killed \(exit code 137\): it exceeded its memory/,
        ],
        ['deaf', {}, { ...script('busybox sleep 1000'), grace: '1s' }, /it was not ready after 3 s/],
      ];
      const reasons = await Promise.all(
        cases.map(async ([name, more, container]) => {
          const top = name === 'no-node' || name === 'deaf' ? { startTimeout } : {};
          await appliedEndpoint(application, name, spec(version));
          const { newest } = await appliedEndpoint(application, name, spec(version, more, container, top));
          return [name, newest.reason, await predicted(application, name)];
        }),
      );
      const live = [200, { predictions: [5] }];
      expect(reasons).toEqual(cases.map(([name, , , why]) => [name, expect.stringMatching(why), live]));
      await expect.poll(() => engine.held(''), WAIT).toHaveLength(cases.length);
    },
    LIMIT_MS,
  );

  it(
    'answer while the API server is away, and come back when strangers remove them or their Deployment',
    async () => {
      await using application = await open();
      await appliedEndpoint(application, 'robust', spec(await weighing(application, 5)));
      const [pod = ''] = podsOf('robust');
      const isServed = () =>
        expect.poll(() => predicted(application, 'robust'), WAIT).toEqual([200, { predictions: [5] }]);
      await engine.cluster.stopApiserver();
      for (const _ of [1, 2, 3]) expect(await predicted(application, 'robust')).toEqual([200, { predictions: [5] }]);
      await engine.cluster.startApiserver();
      await isServed();
      expect(podsOf('robust')).toEqual([pod]);
      engine.kubectl('delete', 'pod', pod, '--wait=false');
      await expect.poll(() => podsOf('robust'), WAIT).toHaveLength(1);
      await isServed();
      engine.kubectl('delete', 'deployment', '-l', 'steelyard.dev/endpoint=robust', '--cascade=foreground');
      await expect.poll(() => podsOf('robust'), WAIT).toHaveLength(1);
      await isServed();
    },
    LIMIT_MS,
  );

  it(
    'are taken over by the next server when theirs was killed, and what it does not need goes',
    async () => {
      const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
      {
        await using application = await open({ data });
        await appliedEndpoint(application, 'taken', spec(await weighing(application, 5)));
      }
      await using server = await startServerProcess(data, environmentOf(engine.settings));
      engine.serverAt?.(server.url);
      await expect.poll(() => podsOf('taken'), WAIT).toHaveLength(1);
      const [deployment] = objects('deployments', 'taken');
      const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"inputs": [[1]]}' };
      const ask = async () => (await fetch(`${server.url}/serve/taken/invocations`, asked)).json();
      await expect.poll(ask, WAIT).toEqual({ predictions: [5] });
      const replica = objects('pods', 'taken')[0].metadata.annotations['steelyard.dev/replica'];
      await expect.poll(() => readFileSync(join(data, 'serving', 'usage.json'), 'utf8'), WAIT).toContain(replica);
      await server.kill();
      const killedMs = Date.now();
      const [pod] = podsOf('taken');
      const { name, namespace, labels } = deployment.metadata;
      const other = { ...labels, 'steelyard.dev/workload': 'left' };
      const { template } = deployment.spec;
      engine.cluster.apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `${name}-left`, namespace, labels: other },
        spec: {
          selector: { matchLabels: { 'steelyard.dev/workload': 'left' } },
          template: { ...template, metadata: { labels: other } },
        },
      });
      await server.startAgain();
      engine.serverAt?.(server.url);
      await expect.poll(() => objects('deployments', 'taken').length, WAIT).toBe(1);
      await expect.poll(() => podsOf('taken'), WAIT).toEqual([pod]);
      await expect.poll(ask, WAIT).toEqual({ predictions: [5] });
      expect(podsOf('taken')).toEqual([pod]);
      // The replica's usage of the node continued while no server was running.
      const { intervals } = await askServer(server, listUsage, { query: { model: 'm' } });
      const earlier = intervals.filter(({ period }) => Date.parse(period.start) < killedMs);
      expect(earlier.some(({ period }) => Date.parse(period.end) > killedMs)).toBe(true);
      await server.kill();
      engine.kubectl('delete', 'deployments', '--all');
    },
    LIMIT_MS,
  );

  it(
    'need rights, and each that is missing is named when the endpoint is applied',
    async () => {
      engine.kubectl('create', 'serviceaccount', 'nobody');
      await using application = await open({ kubernetes: serviceAccountConfig(engine.cluster, 'nobody') });
      const version = await weighing(application, 5);
      const document = {
        apiVersion: 'steelyard/v1',
        kind: 'Endpoint',
        metadata: { name: 'denied' },
        spec: spec(version),
      };
      const problem = await catchProblem(applied(application, JSON.stringify(document)));
      expect(problem).toMatchObject({
        code: 'executor_denied',
        detail: expect.stringMatching(
          /may not serve models in it: create deployments, .*patch pods, delete pods, create services, create secrets.*rbac\.yaml/,
        ),
      });
    },
    LIMIT_MS,
  );

  it(
    'are of an InferenceService where the variant asks for one and the cluster has KServe',
    async () => {
      await using application = await open();
      const version = await weighing(application, 5);
      const kserve = spec(version, { kubernetes: { kserve: true } });
      const document = { apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name: 'kserved' }, spec: kserve };
      expect(await catchProblem(applied(application, JSON.stringify(document)))).toMatchObject({
        code: 'executor_cannot',
        detail: expect.stringContaining('does not have KServe'),
      });
      engine.cluster.apply(KSERVE);
      engine.cluster.kubectl('wait', '--for=condition=Established', 'crd/inferenceservices.serving.kserve.io');
      await applied(application, JSON.stringify(document));
      await expect.poll(() => objects('inferenceservices', 'kserved'), WAIT).toHaveLength(1);
      const [{ metadata, spec: made }] = objects('inferenceservices', 'kserved');
      expect(made.predictor).toMatchObject({ minReplicas: 1, maxReplicas: 1 });
      expect(objects('deployments', 'kserved')).toEqual([]);
      // Performs the work of KServe's controller.
      const { labels, minReplicas: _min, maxReplicas: _max, ...podSpec } = made.predictor;
      const file = join(engine.cluster.folder, 'pod.json');
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'kserved-0', labels }, spec: podSpec };
      writeFileSync(file, JSON.stringify(pod));
      engine.kubectl('create', '-f', file);
      await expect.poll(() => predicted(application, 'kserved'), WAIT).toEqual([200, { predictions: [5] }]);
      expect(metadata.annotations).toMatchObject({ 'serving.kserve.io/deploymentMode': 'RawDeployment' });
      expect(metadata.namespace).toBe(NAMESPACE);
    },
    LIMIT_MS,
  );
});

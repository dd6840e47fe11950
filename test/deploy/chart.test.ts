import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ConfigSchema } from '../../src/platform/config/schema.ts';
import { findHelm, type KubernetesObject, openChart } from '../support/helm.ts';
import { findKubernetes, startKubernetes } from '../support/kubernetes.ts';
import { serverProgram } from '../support/server-build.ts';

const root = join(import.meta.dirname, '../..');
/** Settings that the chart decides: by the host, the volume, the Secret of the database, the pods of each role and the executor. */
const OF_THE_CHART = [
  'data',
  'host',
  'port',
  'allowedHosts',
  'accounts',
  'database',
  'publicUrl',
  'server',
  'roles',
  'drainSeconds',
];
const OF_THE_EXECUTOR = ['kubernetes', 'kubernetesNamespace'];

const ValuesSchema = z.object({
  properties: z.object({ settings: z.object({ properties: z.record(z.string(), z.unknown()) }) }),
});
const Rule = z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) });
const Role = z.looseObject({ kind: z.string(), rules: z.array(Rule).optional() });
const Volume = z.looseObject({
  name: z.string(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
});
const Workload = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.int().optional(),
    template: z.looseObject({
      spec: z.looseObject({
        volumes: z.array(Volume),
        containers: z.array(
          z.looseObject({ env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })) }),
        ),
      }),
    }),
  }),
});
const Selecting = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({ selector: z.record(z.string(), z.string()) }),
});
const ROLES = ['api', 'gateway', 'worker'] as const;
const Monitor = z.looseObject({
  spec: z.looseObject({ selector: z.object({ matchLabels: z.record(z.string(), z.string()) }) }),
});
const SettingsFile = z.looseObject({ data: z.object({ 'steelyard.yaml': z.string() }) });

/** Every part of the chart. */
const everything = {
  host: 'steelyard.example.org',
  extraHosts: ['steelyard.internal'],
  settings: { reportingCurrency: 'EUR', lakeThreads: 4, kubernetesReplicaAddress: 'proxy', smtpUrl: 'env:SMTP_URL' },
  secretEnvironment: [{ name: 'SMTP_URL', secret: 'steelyard-smtp', key: 'url' }],
  secretFiles: [{ secret: 'steelyard-tls', path: '/run/secrets/tls' }],
  ingress: { enabled: true, className: 'nginx', tlsSecret: 'steelyard-web' },
  kubernetesExecutor: { enabled: true, kserve: true },
  networkPolicy: { from: [{ namespaceSelector: {} }], egress: [{}] },
  podDisruptionBudget: { enabled: true },
  serviceMonitor: { enabled: true, tokenSecret: 'steelyard-metrics' },
  backup: { enabled: true, to: 's3://backups/steelyard?region=eu-west-1', tokenSecret: 'steelyard-backup' },
  podAnnotations: { note: 'x' },
  podLabels: { team: 'platform' },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'dedicated', operator: 'Exists' }],
  imagePullSecrets: [{ name: 'registry' }],
};

/** Several servers, also with every part. */
const several = {
  ...everything,
  database: { secret: 'steelyard-database' },
  servers: {
    enabled: true,
    api: { replicas: 3 },
    gateway: { autoscaling: { enabled: true }, resources: { requests: { cpu: '1' } } },
  },
  backup: { enabled: false },
};

const SERVICE_MONITORS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'servicemonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    scope: 'Namespaced',
    names: { plural: 'servicemonitors', singular: 'servicemonitor', kind: 'ServiceMonitor' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

it('values.schema.json has every setting that the chart does not decide itself', () => {
  const schema = ValuesSchema.parse(JSON.parse(readFileSync(join(root, 'deploy/chart/values.schema.json'), 'utf8')));
  const decided = [...OF_THE_CHART, ...OF_THE_EXECUTOR];
  const settings = Object.keys(ConfigSchema.shape).filter((name) => !decided.includes(name));
  expect(Object.keys(schema.properties.settings.properties).toSorted()).toEqual(settings.toSorted());
});

const helm = findHelm();

describe.skipIf(helm === null && process.env.CI === undefined)('the chart (skipped without TEST_HELM)', () => {
  const chart = openChart(helm ?? '');

  it('passes helm lint', () => {
    chart.lint({ host: 'steelyard.example.org' });
    chart.lint(everything);
    chart.lint(several);
  });

  it.each([
    ['no host', {}, /host is required/],
    ['a typo in a value', { host: 'a.example', ingres: { enabled: true } }, /ingres/],
    ['a typo in a setting', { host: 'a.example', settings: { reportingCurency: 'EUR' } }, /reportingCurency/],
    ['a number of replicas', { host: 'a.example', replicas: 2 }, /replicas/],
    ['a typo in a role', { host: 'a.example', servers: { gatway: { replicas: 2 } } }, /gatway/],
    ['no server with a role', { host: 'a.example', servers: { worker: { replicas: 0 } } }, /replicas/],
    ['several servers on SQLite', { host: 'a.example', servers: { enabled: true } }, /needs database\.secret/],
    [
      'several servers with rows that others do not see',
      { ...several, settings: { predictionFsync: 'interval' } },
      /several servers need "always"/,
    ],
    [
      'fewer servers at most than at least',
      { ...several, servers: { enabled: true, api: { replicas: 9, autoscaling: { enabled: true } } } },
      /maxReplicas is less than servers\.api\.replicas/,
    ],
    [
      'a pod that is killed while it drains',
      { ...several, servers: { enabled: true, drainSeconds: 20 } },
      /terminationGracePeriodSeconds must be at least/,
    ],
    ['a value of the wrong type', { host: 'a.example', service: { port: 'http' } }, /port/],
    ['metrics without a token', { host: 'a.example', serviceMonitor: { enabled: true } }, /tokenSecret is required/],
    [
      'a backup of PostgreSQL',
      { host: 'a.example', database: { secret: 'd' }, backup: { enabled: true, to: '/b', tokenSecret: 't' } },
      /backup needs the SQLite store/,
    ],
  ])('refuses %s', (_, values, message) => {
    expect(() => chart.render(values)).toThrow(message);
  });

  it.each([
    ['by default', { host: 'steelyard.example.org' }, 'http://steelyard.example.org'],
    ['with everything', everything, 'https://steelyard.example.org'],
    ['for every role of several servers', several, 'https://steelyard.example.org'],
  ])('has settings that the server accepts %s', (_, values, publicUrl) => {
    const { objects } = chart.render(values);
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'steelyard.yaml');
    writeFileSync(file, SettingsFile.parse(findObject(objects, 'ConfigMap')).data['steelyard.yaml']);
    for (const pod of workloadsOf(objects)) {
      const text = execFileSync(process.execPath, [serverProgram(), 'config', 'check', '--json'], {
        env: { ...settingsOf(pod), STEELYARD_CONFIG: file, STEELYARD_ACCOUNTS: 'on', STEELYARD_HOST: '0.0.0.0' },
        encoding: 'utf8',
      });
      expect(text).toContain(`"${publicUrl}"`);
      expect(text).toContain('steelyard.steelyard.svc,');
    }
  });

  it('has pods of each role on one volume, and sends each request to its role', () => {
    const { objects } = chart.render(several);
    const pods = workloadsOf(objects);
    expect(pods.map(({ metadata, spec }) => [metadata.name, spec.replicas])).toEqual([
      ['steelyard-api', 3],
      ['steelyard-gateway', undefined],
      ['steelyard-worker', 2],
    ]);
    expect(pods.map((pod) => settingsOf(pod).STEELYARD_ROLES)).toEqual(ROLES);
    const claims = pods.flatMap(({ spec }) => spec.template.spec.volumes.map((each) => each.persistentVolumeClaim));
    expect(claims.filter((claim) => claim !== undefined).map(({ claimName }) => claimName)).toEqual(
      ROLES.map(() => 'steelyard-data'),
    );
    expect(findObject(objects, 'PersistentVolumeClaim')).toMatchObject({
      metadata: { name: 'steelyard-data', annotations: { 'helm.sh/resource-policy': 'keep' } },
      spec: { accessModes: ['ReadWriteMany'] },
    });
    const services = objects.filter(({ kind }) => kind === 'Service').map((each) => Selecting.parse(each));
    const selected = services.map(({ metadata, spec }) => [
      metadata.name,
      spec.selector['app.kubernetes.io/component'],
    ]);
    expect(Object.fromEntries(selected)).toEqual({
      steelyard: 'api',
      'steelyard-gateway': 'gateway',
      'steelyard-servers': undefined,
    });
    expect(findObject(objects, 'HorizontalPodAutoscaler')).toMatchObject({
      spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'steelyard-gateway' }, minReplicas: 2, maxReplicas: 12 },
    });
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets).toHaveLength(ROLES.length);
    for (const budget of budgets) expect(budget).toMatchObject({ spec: { maxUnavailable: 1 } });
    // Each server is read once: by one of the three Services.
    const monitored = Monitor.parse(findObject(objects, 'ServiceMonitor')).spec.selector.matchLabels;
    const isMonitored = ({ metadata }: z.infer<typeof Selecting>) =>
      Object.entries(monitored).every(([label, value]) => metadata.labels[label] === value);
    expect(services.filter(isMonitored).map(({ metadata }) => metadata.name)).toEqual(['steelyard-servers']);
    expect(findObject(objects, 'Ingress')).toMatchObject({
      spec: {
        rules: [
          {
            http: {
              paths: [
                { path: '/serve', backend: { service: { name: 'steelyard-gateway' } } },
                { path: '/', backend: { service: { name: 'steelyard' } } },
              ],
            },
          },
        ],
      },
    });
  });

  it('gives its executor the permissions of examples/kubernetes/rbac.yaml, and no others', () => {
    const documents = parseAllDocuments(readFileSync(join(root, 'examples/kubernetes/rbac.yaml'), 'utf8'));
    const example = documents.map((document) => document.toJS() as unknown);
    expect(permissionsOf(chart.render(everything).objects)).toEqual(permissionsOf(example));
  });

  const cluster = findKubernetes();

  it.skipIf(cluster === null && process.env.CI === undefined)(
    'is accepted by a real API server, its pod by the restricted Pod Security Standard',
    async () => {
      await using kubernetes = await startKubernetes(cluster ?? '');
      kubernetes.apply({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'steelyard', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
      });
      kubernetes.apply(SERVICE_MONITORS);
      const { name } = SERVICE_MONITORS.metadata;
      kubernetes.kubectl('wait', '--for=condition=Established', '--timeout=60s', `crd/${name}`);
      const { text, objects } = chart.render(everything);
      kubernetes.apply(text);
      const kinds = new Set(objects.map(({ kind }) => kind));
      for (const kind of [
        'StatefulSet',
        'Service',
        'Ingress',
        'NetworkPolicy',
        'PodDisruptionBudget',
        'ServiceMonitor',
        'CronJob',
      ])
        expect(kinds).toContain(kind);
      const pod = () => kubernetes.kubectl('--namespace', 'steelyard', 'get', 'pods', '--output', 'name');
      await expect.poll(pod).toContain('pod/steelyard-0');
      const mayI = (...words: string[]) => {
        const as = '--as=system:serviceaccount:steelyard:steelyard';
        return kubernetes.kubectl('auth', 'can-i', ...words, as, '--namespace', 'steelyard-work').trim();
      };
      expect(mayI('create', 'jobs.batch')).toBe('yes');

      kubernetes.apply(chart.render(several).text);
      // The controllers create them: three by the values, two by the autoscaler, two by default.
      const expected = ['api-2', 'gateway-1', 'worker-1'].map((each) => `pod/steelyard-${each}\n`);
      for (const each of expected) await expect.poll(pod).toContain(each);
    },
  );
});

function findObject(objects: readonly KubernetesObject[], kind: string): KubernetesObject | undefined {
  return objects.find((object) => object.kind === kind);
}

function workloadsOf(objects: readonly KubernetesObject[]) {
  return objects.filter(({ kind }) => kind === 'StatefulSet').map((each) => Workload.parse(each));
}

/** Variables of a pod with settings; those that its cluster knows have an example. */
function settingsOf({ metadata, spec }: z.infer<typeof Workload>): Record<string, string> {
  const examples: Readonly<Record<string, string>> = {
    STEELYARD_SERVER: `${metadata.name}-0`,
    STEELYARD_DATABASE: 'postgresql://steelyard@db.example.org/steelyard',
  };
  const variables = spec.template.spec.containers.flatMap(({ env }) => env);
  return Object.fromEntries(
    variables.flatMap(({ name, value = examples[name] }) =>
      value !== undefined && name.startsWith('STEELYARD_') ? [[name, value]] : [],
    ),
  );
}

/** `group resource verb` of every rule of the roles, sorted. */
function permissionsOf(documents: readonly unknown[]): string[] {
  const rules = documents.map((document) => Role.parse(document)).flatMap(({ rules: own = [] }) => own);
  const all = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group} ${resource} ${verb}`))),
  );
  return [...new Set(all)].toSorted();
}

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
/** Settings that the chart decides: by the host, the volume, the Secret of the database and the executor. */
const OF_THE_CHART = ['data', 'host', 'port', 'allowedHosts', 'accounts', 'database', 'publicUrl'];
const OF_THE_EXECUTOR = ['kubernetes', 'kubernetesNamespace'];

const ValuesSchema = z.object({
  properties: z.object({ settings: z.object({ properties: z.record(z.string(), z.unknown()) }) }),
});
const Rule = z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) });
const Role = z.looseObject({ kind: z.string(), rules: z.array(Rule).optional() });
const Workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(
          z.looseObject({ env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })) }),
        ),
      }),
    }),
  }),
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
  });

  it.each([
    ['no host', {}, /host is required/],
    ['a typo in a value', { host: 'a.example', ingres: { enabled: true } }, /ingres/],
    ['a typo in a setting', { host: 'a.example', settings: { reportingCurency: 'EUR' } }, /reportingCurency/],
    ['a number of replicas', { host: 'a.example', replicas: 2 }, /replicas/],
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
  ])('has settings that the server accepts %s', (_, values, publicUrl) => {
    const { objects } = chart.render(values);
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'steelyard.yaml');
    writeFileSync(file, SettingsFile.parse(findObject(objects, 'ConfigMap')).data['steelyard.yaml']);
    const [container] = Workload.parse(findObject(objects, 'StatefulSet')).spec.template.spec.containers;
    const variables = (container?.env ?? []).flatMap(({ name, value }) =>
      value !== undefined && name.startsWith('STEELYARD_') ? [[name, value] as const] : [],
    );
    const env = {
      ...Object.fromEntries(variables),
      STEELYARD_CONFIG: file,
      STEELYARD_ACCOUNTS: 'on',
      STEELYARD_HOST: '0.0.0.0',
    };
    const text = execFileSync(process.execPath, [serverProgram(), 'config', 'check', '--json'], {
      env,
      encoding: 'utf8',
    });
    expect(text).toContain(`"${publicUrl}"`);
    expect(text).toContain('steelyard.steelyard.svc,');
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
    },
  );
});

function findObject(objects: readonly KubernetesObject[], kind: string): KubernetesObject | undefined {
  return objects.find((object) => object.kind === kind);
}

/** `group resource verb` of every rule of the roles, sorted. */
function permissionsOf(documents: readonly unknown[]): string[] {
  const rules = documents.map((document) => Role.parse(document)).flatMap(({ rules: own = [] }) => own);
  const all = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${group} ${resource} ${verb}`))),
  );
  return [...new Set(all)].toSorted();
}

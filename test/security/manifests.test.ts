import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDoors, type Role, sent } from './doors.ts';

type Doors = Awaited<ReturnType<typeof openDoors>>;

/** A document for each field that only an administrator may set; a kind that gets such a field gets its example here. */
const examples: Readonly<Record<string, string>> = {
  'BillSource spec.location.path': '{ type: folder, path: /srv/bills }',
  'BillSource spec.location.endpoint': '{ type: s3, bucket: b, endpoint: "https://s3.example.org" }',
  'BillSource spec.location.credentials.accessKeyId':
    '{ type: s3, bucket: b, credentials: { accessKeyId: env:KEY, secretAccessKey: env:OTHER } }',
  'BillSource spec.location.credentials.secretAccessKey':
    '{ type: s3, bucket: b, credentials: { accessKeyId: env:OTHER, secretAccessKey: env:KEY } }',
  'BillSource spec.location.credentials.sessionToken':
    '{ type: s3, bucket: b, credentials: { accessKeyId: env:A, secretAccessKey: env:B, sessionToken: file:/c } }',
  'BillSource spec.location.accountUrl': '{ type: azureBlob, container: c, accountUrl: "https://blob.example.org" }',
  'BillSource spec.location.sasToken': '{ type: azureBlob, container: c, account: acme, sasToken: env:SAS }',
  'BillSource spec.location.connectionString': '{ type: azureBlob, container: c, connectionString: file:/run/storage }',
  'BillSource spec.location.accountKey': '{ type: azureBlob, container: c, account: acme, accountKey: env:KEY }',
  'Pipeline spec.source.git': '{ source: { git: "https://git.example.org/a" }, steps: { a: { run: x } } }',
  'Pipeline spec.steps.secrets': '{ steps: { a: { run: x, secrets: { TOKEN: env:KEY } } } }',
  'Pipeline spec.on.push.secret':
    '{ source: { git: /srv/a }, steps: { a: { run: x } }, on: [{ push: { provider: github, secret: env:KEY } }] }',
  'Pipeline spec.on.data.object': '{ steps: { a: { run: x } }, on: [{ data: { object: "s3://acme-data/train" } }] }',
  'GpuSource spec.url': '{ type: prometheus, url: "https://prometheus.example.org" }',
  'GpuSource spec.token': '{ type: prometheus, url: "https://prometheus.example.org", token: env:KEY }',
  'Retraining spec.on.data.object': '{ on: [{ data: { object: "s3://acme-data/train" } }] }',
};

const OWN_IDENTITY = '{ type: s3, bucket: acme-bills, prefix: exports, region: us-east-1 }';

const freshName = () => `source-${randomUUID()}`;
const targets: Readonly<Record<string, string>> = {
  'webhook.url': '{ webhook: { url: "https://hooks.example.org/budgets" } }',
  'webhook.secret': '{ webhook: { url: "https://hooks.example.org/b", secret: env:HOOK_SECRET } }',
  'slack.url': '{ slack: { url: env:SLACK_URL } }',
  'microsoftTeams.url': '{ microsoftTeams: { url: env:TEAMS_URL } }',
  'email.to': '{ email: { to: ml@example.org } }',
};
const notified: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...['Budget', 'Monitor', 'IdlePolicy', 'AnomalySubscription'].map((kind) => `${kind} spec.notify`),
    ...['NotificationRoute spec.to', 'Report spec.to.notify'],
  ].flatMap((place) => Object.entries(targets).map(([field, target]) => [`${place}.${field}`, target])),
);
/** A document with a notification target; its second form has a different setting in addition. */
const telling = (field: string, name: string, target: string, other = false) =>
  field.startsWith('NotificationRoute')
    ? `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: { name: ${name} }\nspec: { match: { topics: [${other ? 'alert' : 'budget'}] }, to: ${target} }\n`
    : field.startsWith('Report')
      ? `apiVersion: steelyard/v1\nkind: Report\nmetadata: { name: ${name} }\nspec: { audience: ${other ? 'finance' : 'leadership'}, schedule: weekly, to: { notify: [${target}] } }\n`
      : field.startsWith('Budget')
        ? budget(name, target, other ? '200' : '100')
        : field.startsWith('AnomalySubscription')
          ? `apiVersion: steelyard/v1\nkind: AnomalySubscription\nmetadata: { name: ${name} }\nspec: { direction: ${other ? 'over' : 'both'}, notify: [${target}] }\n`
          : field.startsWith('IdlePolicy')
            ? `apiVersion: steelyard/v1\nkind: IdlePolicy\nmetadata: { name: ${name} }\nspec: { what: endpoints, window: ${other ? 40 : 30}m, notify: [${target}] }\n`
            : `apiVersion: steelyard/v1\nkind: Monitor\nmetadata: { name: ${name} }\nspec: { model: ${name}, log: { sample: ${other ? 0.5 : 1} }, notify: [${target}] }\n`;
/** Of pods that serve: their rights, and whom they put out. */
const served: Readonly<Record<string, string>> = {
  'Endpoint spec.variants.kubernetes.serviceAccount': '{ serviceAccount: privileged }',
  'Endpoint spec.variants.kubernetes.priorityClass': '{ priorityClass: system-cluster-critical }',
};
const endpoint = (name: string, kubernetes: string, more = '') =>
  `apiVersion: steelyard/v1\nkind: Endpoint\nmetadata: { name: ${name} }\nspec: { ${more}variants: { main: { model: m, version: 1, backend: kubernetes, container: { image: i, protocol: v2 }, kubernetes: ${kubernetes} } } }\n`;
const budget = (name: string, target: string, amount = '100') =>
  `apiVersion: steelyard/v1\nkind: Budget\nmetadata: { name: ${name} }\nspec: { subject: {}, amount: "${amount}", currency: USD, notify: [${target}] }\n`;
const source = (name: string, location: string, more = '') =>
  `apiVersion: steelyard/v1\nkind: BillSource\nmetadata: { name: ${name} }\nspec: { schedule: null, location: ${location}${more} }\n`;
const pipeline = (name: string, spec: string, more = '') =>
  `apiVersion: steelyard/v1\nkind: Pipeline\nmetadata: { name: ${name} }\nspec: ${spec.replace('{', `{ ${more}`)}\n`;
const gpuSource = (name: string, spec: string, more = '') =>
  `apiVersion: steelyard/v1\nkind: GpuSource\nmetadata: { name: ${name} }\nspec: ${spec.replace('{', `{ ${more}`)}\n`;
/** Entities that a retraining depends on. */
const RETRAINED = `apiVersion: steelyard/v1
kind: Monitor
metadata: { name: ranker }
spec: { model: ranker }
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: { name: training }
spec: { steps: { a: { run: x }, b: { uses: register, of: a, needs: [a], model: ranker, policy: production } } }
`;
const retraining = (name: string, spec: string, more = '') =>
  `apiVersion: steelyard/v1\nkind: Retraining\nmetadata: { name: ${name} }\nspec: ${spec.replace('{', `{ model: ranker, monitor: ranker, pipeline: training, ${more}`)}\n`;
/** A document with an example of a field, and the same changed elsewhere. */
const document = (field: string, name: string, example: string) => {
  if (field.startsWith('Pipeline')) {
    return { text: pipeline(name, example), changed: pipeline(name, example, 'description: other, ') };
  }
  if (field.startsWith('Retraining')) {
    return { text: retraining(name, example), changed: retraining(name, example, 'cooldown: 2h, ') };
  }
  if (field.startsWith('GpuSource')) {
    return { text: gpuSource(name, example), changed: gpuSource(name, example, 'interval: 30s, ') };
  }
  return { text: source(name, example), changed: source(name, example, ', periods: 3') };
};
/** A push needs a source, and a token an address: the refusal names the first of the fields. */
const firstOf = (example: string, path: string) => {
  if (example.includes('type: prometheus')) return 'spec.url';
  return example.includes('git: ') ? 'spec.source.git' : path;
};
/** A cluster that does not answer. */
const AWAY = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'away',
  clusters: [{ name: 'away', cluster: { server: 'http://127.0.0.1:9' } }],
  users: [{ name: 'nobody', user: {} }],
  contexts: [{ name: 'away', context: { cluster: 'away', user: 'nobody' } }],
};
const team = (name: string) =>
  `apiVersion: steelyard/v1\nkind: Team\nmetadata: { name: ${name} }\nspec: { displayName: ${name} }\n`;

let doors: Doors;
beforeAll(async () => {
  // An unreachable cluster, because these tests cover authorization only.
  const kubernetes = join(mkdtempSync(join(tmpdir(), 'steelyard-cluster-')), 'kubeconfig.json');
  writeFileSync(kubernetes, JSON.stringify(AWAY));
  const cluster = { kubernetes, publicUrl: 'http://127.0.0.1:4610' };
  doors = await openDoors({}, { smtpUrl: 'env:SMTP_URL', smtpFrom: 'steelyard@example.org', ...cluster });
  await apply('admin', RETRAINED);
  const { run } = await mlflow<{ run: { info: { run_id: string; artifact_uri: string } } }>('runs/create', {
    experiment_id: '0',
  });
  await mlflow('registered-models/create', { name: 'm' });
  const { run_id, artifact_uri } = run.info;
  await mlflow('model-versions/create', { name: 'm', run_id, source: `${artifact_uri}/model` });
});
afterAll(() => doors[Symbol.asyncDispose]());

async function mlflow<T>(path: string, body: object): Promise<T> {
  return (await sent(doors.application, 'POST', `/api/2.0/mlflow/${path}`, doors.as('admin'), body)) as T;
}

async function apply(role: Role, text: string, dryRun = false) {
  const answer = await doors.application.http.inject({
    method: 'POST',
    url: '/api/v1/apply',
    headers: { host: 'localhost', ...doors.as(role) },
    payload: { documents: [{ file: 'all.yaml', text }], dryRun },
  });
  return { status: answer.statusCode, body: answer.json() as Record<string, unknown> };
}

const outcomes = ({ body }: Awaited<ReturnType<typeof apply>>) =>
  (body.applied as { outcome: string }[]).map(({ outcome }) => outcome);
const get = async (url: string) => (await sent(doors.application, 'GET', url, doors.as('admin'))) as never;
const sources = async () =>
  ((await get('/api/v1/bill/sources')) as { sources: { source: string; location: string }[] }).sources;

/** The marked fields as Zod's own JSON Schema shows them, which the server does not use. */
function markedIn(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if ('adminOnly' in schema) return [path];
  return Object.entries(schema).flatMap(([keyword, inside]) =>
    keyword === 'properties'
      ? Object.entries(inside as object).flatMap(([name, field]) => markedIn(field, `${path}.${name}`))
      : markedIn(inside, path),
  );
}

describe('fields that only an administrator may set', () => {
  it('are all known: every secret reference, address and folder of every kind has an example here', () => {
    const kinds = doors.application.manifestKinds;
    expect(kinds.length).toBeGreaterThanOrEqual(10);
    const marked = kinds.flatMap(({ kind, schema }) => {
      const fields = markedIn(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '');
      return fields.map((field) => `${kind} ${field.slice(1)}`);
    });
    expect([...new Set(marked)].toSorted()).toEqual(
      [examples, notified, served].flatMap((known) => Object.keys(known)).toSorted(),
    );
  });

  describe.each(Object.entries(examples))('%s', (field, location) => {
    it.each(['finance', 'operator'] as const)('is refused to %s, also in a dry run', async (role) => {
      const name = freshName();
      const [kind = '', path = ''] = field.replace(/credentials\..*/, 'credentials.').split(' ');
      for (const dryRun of [true, false]) {
        const { status, body } = await apply(role, document(field, name, location).text, dryRun);
        expect([status, body]).toMatchObject([403, { code: 'not_permitted', kind, name }]);
        expect(body.detail).toMatch(/^all\.yaml:1: \w+ "source-[-0-9a-f]+": spec\..* the role admin may apply/);
        expect(String(body.detail).replaceAll(/\[\d+\]|\.a\b/g, '')).toContain(firstOf(location, path));
      }
      const known = [await sources(), await get('/api/v1/pipelines'), await get('/api/v1/gpus/sources')];
      expect(JSON.stringify(known)).not.toContain(name);
    });

    it('is applied by an administrator; for others the document may stay as it is and no more', async () => {
      const name = freshName();
      const { text, changed } = document(field, name, location);
      expect(outcomes(await apply('admin', text))).toEqual(['created']);
      expect(outcomes(await apply('finance', text))).toEqual(['unchanged']);
      expect((await apply('finance', changed)).status).toBe(403);
      expect(outcomes(await apply('admin', text))).toEqual(['unchanged']);
    });
  });
});

describe.each(Object.entries(notified))('%s', (field, target) => {
  it('is set and changed by an administrator alone', async () => {
    const name = freshName();
    const path = field.split(' ')[1]?.replace('notify', 'notify[0]') ?? '';
    for (const dryRun of [true, false]) {
      const { status, body } = await apply('finance', telling(field, name, target), dryRun);
      expect([status, body]).toMatchObject([403, { code: 'not_permitted', kind: field.split(' ')[0], name }]);
      // Of two such fields the first is named.
      expect(body.detail).toContain(path.replace('webhook.secret', 'webhook.url'));
    }
    expect(outcomes(await apply('admin', telling(field, name, target)))).toEqual(['created']);
    expect(outcomes(await apply('finance', telling(field, name, target)))).toEqual(['unchanged']);
    expect((await apply('finance', telling(field, name, target, true))).status).toBe(403);
  });
});

describe.each(Object.entries(served))('%s', (field, kubernetes) => {
  it.each(['finance', 'operator'] as const)('is refused to %s, also in a dry run', async (role) => {
    const name = freshName();
    for (const dryRun of [true, false]) {
      const { status, body } = await apply(role, endpoint(name, kubernetes), dryRun);
      expect([status, body]).toMatchObject([403, { code: 'not_permitted', kind: 'Endpoint', name }]);
      expect(body.detail).toContain(field.split(' ')[1]?.replace('variants', 'variants.main'));
    }
    expect(JSON.stringify(await get('/api/v1/endpoints'))).not.toContain(name);
  });

  it('is applied by an administrator; for others the document may stay as it is and no more', async () => {
    const name = freshName();
    expect(outcomes(await apply('admin', endpoint(name, kubernetes)))).toEqual(['created']);
    expect(outcomes(await apply('operator', endpoint(name, kubernetes)))).toEqual(['unchanged']);
    expect((await apply('operator', endpoint(name, kubernetes, 'description: other, '))).status).toBe(403);
  });
});

describe('what is no administrator’s alone', () => {
  it.each(['finance', 'operator'] as const)('%s applies sources that the server’s own identity reads', async (role) => {
    const name = freshName();
    expect(outcomes(await apply(role, source(name, OWN_IDENTITY)))).toEqual(['created']);
    expect(outcomes(await apply(role, source(name, OWN_IDENTITY, ', periods: 3')))).toEqual(['changed']);
  });

  it('a secret is not taken along to another address', async () => {
    const [name, sas] = [freshName(), examples['BillSource spec.location.sasToken'] ?? ''];
    await apply('admin', source(name, sas));
    const elsewhere = sas.replace('account: acme', 'accountUrl: "https://evil.example"');
    expect((await apply('finance', source(name, elsewhere))).status).toBe(403);
    expect((await sources()).find((each) => each.source === name)?.location).toContain('acme');
  });
});

describe('a refused document', () => {
  it('takes everything with it that was applied along with it', async () => {
    const [name, other] = [freshName(), freshName()];
    const text = `${team(other)}---\n${source(name, examples['BillSource spec.location.sasToken'] ?? '')}`;
    expect((await apply('finance', text)).status).toBe(403);
    expect(JSON.stringify(await get('/api/v1/teams'))).not.toContain(other);
  });

  it('is in the audit trail with who, which document and the refusal', async () => {
    const [name, other] = [freshName(), freshName()];
    const text = `${team(other)}---\n${source(name, examples['BillSource spec.location.sasToken'] ?? '')}`;
    await apply('finance', text);
    await apply('admin', text);
    const { rows } = (await get('/api/v1/audit?pageSize=2')) as { rows: unknown[] };
    const subject = { Team: other, BillSource: name };
    expect(rows).toMatchObject([
      { actor: 'admin', role: 'admin', route: '/api/v1/apply', status: 200, subject },
      { actor: 'finance', role: 'finance', route: '/api/v1/apply', status: 403, subject },
    ]);
  });
});

describe('a secret of the server', () => {
  it('reaches no address that an account without the role admin names', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'steelyard-secret-')), 'token');
    writeFileSync(path, 'sig=of-the-server');
    const asked: IncomingMessage[] = [];
    const receiver = createServer((request, reply) => {
      asked.push(request);
      reply.writeHead(403).end();
    });
    await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
    const { port } = receiver.address() as AddressInfo;
    const location = `{ type: azureBlob, container: c, accountUrl: "http://127.0.0.1:${port}/acme", sasToken: "file:${path}" }`;
    const name = freshName();
    const syncIt = async () => {
      const answer = await doors.application.http.inject({
        method: 'POST',
        url: '/api/v1/bill/syncs',
        headers: { host: 'localhost', ...doors.as('finance') },
        payload: { source: name },
      });
      return answer.statusCode;
    };
    await apply('finance', source(name, location));
    expect([await syncIt(), asked.length]).toEqual([404, 0]);
    await apply('admin', source(name, location));
    expect(await syncIt()).toBe(200);
    await expect.poll(() => asked[0]?.url, { timeout: 15_000, interval: 20 }).toContain('sig=of-the-server');
    receiver.closeAllConnections();
    await new Promise((closed) => receiver.close(closed));
  });
});

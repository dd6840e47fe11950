import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { steelyard } from '../../cli/testing.ts';
import { getVerification, startVerification } from '../../src/platform/integrity/schema.ts';
import { bearer, makeToken, openGatewayBench, predict, readKey } from '../support/gateway-bench.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';
import type { ServerProcess } from '../support/server-process.ts';

const WAIT = { timeout: 90_000, interval: 50 };
const SETTINGS = { STEELYARD_ACCOUNTS: 'on', STEELYARD_PUBLIC_URL: 'http://localhost:4610' };
/** Credentials are kept for half a minute; another server tells of a change much sooner. */
const KNOWN_WITHIN_MS = 15_000;

describe.skipIf(findPostgres() === null)('servers with one role each (skipped without PostgreSQL)', () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await runDatabases();
  });

  it('serve their part, refuse the others, and share jobs, sessions, limits and usage', async () => {
    const bench = await openGatewayBench(await databases.newDatabase());
    await using api = await bench.start('a', 'api', SETTINGS);
    await using gateway = await bench.start('g', 'gateway', SETTINGS);
    const admin = bearer(readKey(bench.data, 'a'));
    const ofGateway = bearer(readKey(bench.data, 'g'));
    const token = await makeToken(api, admin);

    const verification = await startJob(api, admin);
    const stateOf = async () => (await readJob(api, admin, verification)).state;
    expect(await statusOf(api, '/api/v1/teams', admin)).toBe(200);
    expect((await predict(gateway, bearer(token))).status).toBe(200);
    for (const [server, key, path, role] of [
      [api, admin, '/serve/kept/v2/models/m', 'api'],
      [gateway, ofGateway, '/api/v1/teams', 'gateway'],
      [gateway, ofGateway, '/', 'gateway'],
    ] as const) {
      const answer = await fetch(server.url + path, { headers: key });
      expect([answer.status, await answer.json()]).toEqual([
        404,
        expect.objectContaining({
          code: 'not_served_here',
          detail: expect.stringContaining(`This server has the role ${role}. Send the request to a server`),
        }),
      ]);
    }

    const mlflow = await fetch(`${gateway.url}/api/2.0/mlflow/experiments/get?experiment_id=0`, { headers: ofGateway });
    expect([mlflow.status, await mlflow.json()]).toEqual([
      404,
      expect.objectContaining({ message: expect.stringContaining('This server has the role gateway') }),
    ]);

    // Begun before all of the above: a job waits until there is a worker.
    expect(await stateOf()).toBe('waiting');
    await using worker = await bench.start('w', 'worker', SETTINGS);
    await expect.poll(stateOf, WAIT).toBe('ended');
    expect(await statusOf(worker, '/health')).toBe(200);
    const ofWorker = bearer(readKey(bench.data, 'w'));
    for (const path of ['/api/v1/teams', '/serve/kept/v2/models/m'])
      expect(await statusOf(worker, path, ofWorker)).toBe(404);

    const listed = await steelyard(['server', 'list', '--url', api.url], { STEELYARD_TOKEN: readKey(bench.data, 'a') });
    expect([listed.code, listed.err]).toEqual([0, '']);
    for (const [name, role] of [
      ['a', 'api'],
      ['g', 'gateway'],
      ['w', 'worker'],
    ])
      expect(listed.out).toMatch(new RegExp(`^${name} +live +${role} `, 'm'));

    await testSignIn(api, gateway);
    await testChanges({ api, gateway, admin, token });
    await testUsage({ data: bench.data, api, gateway, admin });
  });
});

/** A session of one server is one on every other; wrong passwords count on all together. */
async function testSignIn(api: ServerProcess, gateway: ServerProcess): Promise<void> {
  const session = await signIn(api, 'a long password of ml');
  expect(session.status).toBe(200);
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect(await statusOf(gateway, '/serve/kept/v2/models/m', { cookie })).not.toBe(401);
  expect(await statusOf(gateway, '/serve/kept/v2/models/m')).toBe(401);
  const basic = { authorization: `Basic ${Buffer.from('ml:wrong on the gateway').toString('base64')}` };
  for (let guess = 0; guess < 3; guess += 1) expect((await signIn(api, `wrong ${guess}`)).status).toBe(401);
  const onGateway = Array.from({ length: 4 }, () => statusOf(gateway, '/serve/kept/v2/models/m', basic));
  const statuses = await Promise.all(onGateway);
  expect(statuses).toContain(401);
  await expect.poll(() => statusOf(gateway, '/serve/kept/v2/models/m', basic), WAIT).toBe(429);
  expect((await signIn(api, 'wrong again')).status).toBe(429);
}

/** A revoked token is refused by a server that has just accepted it. */
async function testChanges(given: {
  readonly api: ServerProcess;
  readonly gateway: ServerProcess;
  readonly admin: Record<string, string>;
  readonly token: string;
}): Promise<void> {
  const { api, gateway, admin, token } = given;
  expect((await predict(gateway, bearer(token))).status).toBe(200);
  const tokens = (await (await fetch(`${api.url}/api/v1/tokens`, { headers: admin })).json()) as {
    tokens: { id: string; label: string }[];
  };
  const { id } = tokens.tokens.find(({ label }) => label === 'predictions') ?? { id: '' };
  const revokedAt = performance.now();
  expect((await fetch(`${api.url}/api/v1/tokens/${id}`, { method: 'DELETE', headers: admin })).status).toBe(200);
  await expect.poll(async () => (await predict(gateway, bearer(token))).status, WAIT).toBe(401);
  expect(performance.now() - revokedAt).toBeLessThan(KNOWN_WITHIN_MS);
}

/** Usage of replicas that a gateway noted, which does not come back, is recorded by another server. */
async function testUsage(given: {
  readonly data: string;
  readonly api: ServerProcess;
  readonly gateway: ServerProcess;
  readonly admin: Record<string, string>;
}): Promise<void> {
  const { data, api, gateway, admin } = given;
  const file = join(data, 'servers', 'g', 'serving', 'usage.json');
  await expect.poll(() => existsSync(file), WAIT).toBe(true);
  await gateway.kill();
  await expect.poll(() => existsSync(file), WAIT).toBe(false);
  const answer = await fetch(`${api.url}/api/v1/endpoints/kept`, { headers: admin });
  const { variants } = (await answer.json()) as { variants: { cost: { predictions: number } }[] };
  expect(variants[0]?.cost.predictions).toBeGreaterThan(0);
}

async function statusOf({ url }: ServerProcess, path: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url + path, { headers });
  await answer.text();
  return answer.status;
}

function signIn({ url }: ServerProcess, password: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify({ name: 'ml', password }) });
}

async function startJob({ url }: ServerProcess, admin: Record<string, string>): Promise<string> {
  const headers = { 'content-type': 'application/json', ...admin };
  const answer = await fetch(url + startVerification.path, { method: 'POST', headers, body: '{}' });
  return startVerification.response.parse(await answer.json()).verification;
}

async function readJob({ url }: ServerProcess, admin: Record<string, string>, verification: string) {
  const path = getVerification.path.replace(':verification', verification);
  return getVerification.response.parse(await (await fetch(url + path, { headers: admin })).json());
}

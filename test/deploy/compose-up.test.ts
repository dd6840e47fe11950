import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  type ComposeCheckout,
  type ComposeFile,
  findComposePrograms,
  openComposeCheckout,
} from '../support/compose.ts';
import { type Dockerd, findDockerd, startDockerd } from '../support/dockerd.ts';

const UP = ['up', '--detach', '--build', '--wait'];
const UP_MS = 300_000;
const FILE = '/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/note.txt';
const RESTARTED = { timeout: 120_000, interval: 500 };

const programs = findDockerd() === null ? null : findComposePrograms();
const Secret = z.object({ secret: z.string() });
const ServerList = z.object({ servers: z.array(z.object({ name: z.string(), state: z.string() })) });

describe.skipIf(programs === null && process.env.CI === undefined)(
  'the files of Docker Compose (skipped without TEST_COMPOSE, TEST_WEED, dockerd, HAProxy, PostgreSQL or root)',
  () => {
    let engine: Dockerd;
    let checkout: ComposeCheckout;
    beforeAll(async () => {
      if (programs === null) throw new Error('a program of the title is missing');
      engine = await startDockerd();
      checkout = await openComposeCheckout(engine, programs);
    }, 600_000);
    afterAll(async () => {
      checkout?.[Symbol.dispose]();
      await engine?.[Symbol.asyncDispose]();
    });

    /** Starts a file of `deploy` with the command of docs/runbook.md. */
    async function start(file: ComposeFile) {
      const { url, run } = checkout;
      const compose = (...words: string[]) => run(file, ...words);
      onTestFinished(async () => void (await compose('down', '--volumes', '--timeout', '1')));
      await compose(...UP);
      return { url, compose };
    }

    it(
      'run the server with PostgreSQL and an S3 store, and keep all data when the containers are removed',
      async () => {
        const { url, compose } = await start('compose.yaml');
        const password = (await compose('exec', '-T', 'server', 'cat', '/data/first-password')).trim();
        expect(await logIn(url, 'admin', password)).toBe(200);
        await expectDelayByAddress(url);
        const headers = await createToken(compose, 'server');
        await put(url, headers, 'kept');
        // Neither the store nor the bucket is in the volume of the server.
        const files = await compose(
          'exec',
          '-T',
          'server',
          'find',
          '/data',
          '-name',
          'store.db',
          '-o',
          '-name',
          'note.txt',
        );
        expect(files).toBe('');

        await compose('down');
        expect(await engine.containers()).toEqual([]);
        await compose('up', '--detach', '--wait');
        expect(await read(url, headers)).toEqual([200, 'kept']);
        expect(await logIn(url, 'admin', password)).toBe(200);
      },
      UP_MS,
    );

    it(
      'run two servers and a gateway on the data of the one server; each server can be lost, and both',
      async () => {
        const one = await start('compose.yaml');
        const headers = await createToken(one.compose, 'server');
        await put(one.url, headers, 'kept');
        await one.compose('down');
        const { url, compose } = await start('compose.servers.yaml');
        expect(await read(url, headers)).toEqual([200, 'kept']);
        await expectDelayByAddress(url);

        const readsGoOn = async () => {
          for (let request = 0; request < 20; request += 1) expect(await read(url, headers)).toEqual([200, 'kept']);
        };

        // Docker restarts a container whose process ends.
        killFirstProcess(engine, 'steelyard-server-a-1');
        await readsGoOn();
        await expect.poll(() => listLive(compose, 'server-b'), RESTARTED).toEqual(['a', 'b', 'gateway-a']);
        await expect.poll(() => healthOf(engine, 'server-a'), RESTARTED).toBe('healthy');
        // The command keeps a container down.
        await compose('kill', 'server-b');
        await readsGoOn();
        await put(url, headers, 'kept');
        await compose('up', '--detach', '--wait');
        await compose('stop', 'server-b');
        const { State: stopped } = await engine.api.getContainer('steelyard-server-b-1').inspect();
        expect(stopped.ExitCode).toBe(0);
        await readsGoOn();
        expect(await listLive(compose, 'server-a')).toEqual(['a', 'gateway-a']);

        await compose('kill', 'server-a');
        await expect.poll(async () => (await read(url, headers))[0]).toBe(503);
        const served = await fetch(`${url}/serve/none/invocations`, { method: 'POST', headers, body: '{}' });
        expect([served.status, await served.text()]).toEqual([404, expect.stringContaining('no endpoint')]);
      },
      UP_MS,
    );
  },
);

type Compose = (...words: string[]) => Promise<string>;

/** Credentials of the first account. */
async function createToken(compose: Compose, service: string): Promise<{ readonly authorization: string }> {
  const words = ['steelyard', 'token', 'create', 'ci', '--account', 'admin', '--json'];
  const { secret } = Secret.parse(JSON.parse(await compose('exec', '-T', service, ...words)));
  return { authorization: `Bearer ${secret}` };
}

async function listLive(compose: Compose, service: string): Promise<string[]> {
  const answer = await compose('exec', '-T', service, 'steelyard', 'server', 'list', '--json');
  const { servers } = ServerList.parse(JSON.parse(answer));
  return servers.filter(({ state }) => state === 'live').map(({ name }) => name);
}

function killFirstProcess(engine: Dockerd, container: string): void {
  const [pid] = engine.processesOf(container);
  if (pid === undefined) throw new Error(`no process runs in ${container}`);
  process.kill(pid, 'SIGKILL');
}

async function healthOf(engine: Dockerd, service: string): Promise<string | undefined> {
  const { State: state } = await engine.api.getContainer(`steelyard-${service}-1`).inspect();
  return state.Running ? state.Health?.Status : state.Status;
}

/** Wrong passwords delay their caller, and not another one behind the same proxy. */
async function expectDelayByAddress(url: string): Promise<void> {
  const guess = (address: string) => logIn(url, 'admin', 'a wrong password', { 'x-forwarded-for': address });
  await expect.poll(() => guess('203.0.113.7')).toBe(429);
  expect(await guess('203.0.113.8')).toBe(401);
}

/** Logs in as a browser does. Returns the HTTP status. */
async function logIn(
  url: string,
  name: string,
  password: string,
  proxied: Record<string, string> = {},
): Promise<number> {
  const headers = { 'content-type': 'application/json', ...proxied };
  const body = JSON.stringify({ name, password });
  return (await fetch(`${url}/api/v1/session`, { method: 'POST', headers, body })).status;
}

async function put(url: string, headers: Record<string, string>, body: string): Promise<void> {
  expect((await fetch(url + FILE, { method: 'PUT', headers, body })).status).toBe(200);
}

async function read(
  url: string,
  headers: Record<string, string>,
  path = FILE,
): Promise<[status: number, body: string]> {
  const answer = await fetch(url + path, { headers });
  return [answer.status, await answer.text()];
}

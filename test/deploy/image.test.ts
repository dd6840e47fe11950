import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Dockerd, findDockerd, startDockerd } from '../support/dockerd.ts';
import { onFreePort } from '../support/free-port.ts';
import { buildServerImage } from '../support/server-image.ts';

const there = findDockerd() !== null || process.env.CI !== undefined;
const IMAGE = 'steelyard:test';
const SECOND_NS = 1_000_000_000;
const FILE = '/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/note.txt';
const HEALTHY = { timeout: 120_000, interval: 200 };

describe.skipIf(!there)('the image (skipped where dockerd, busybox-static or root is missing)', () => {
  let engine: Dockerd;
  beforeAll(async () => {
    engine = await startDockerd();
    await buildServerImage(engine.api, IMAGE);
  }, 600_000);
  afterAll(() => engine?.[Symbol.asyncDispose]());

  it('keeps its data over a stop and a kill, without root and on a read-only root file system', async () => {
    const { container, url } = await startContainer(engine.api);
    expect(await execute(container, ['touch', '/opt/steelyard/x'])).toContain('Read-only file system');
    expect(usersOf(engine.processesOf('steelyard'))).toEqual(['1000']);
    expect(await execute(container, ['stat', '-c', '%u %a', '/data'])).toContain('1000 700');
    const secret = TokenAnswer.parse(
      JSON.parse(await execute(container, ['steelyard', 'token', 'create', 'ci', '--account', 'admin', '--json'])),
    ).secret;
    const headers = { authorization: `Bearer ${secret}` };
    expect((await fetch(url + FILE, { method: 'PUT', headers, body: 'kept' })).status).toBe(200);
    expect((await fetch(url + FILE)).status).toBe(401);

    await container.stop({ t: 20 });
    expect((await container.inspect()).State.ExitCode).toBe(0);
    await startHealthy(container);
    expect(await (await fetch(url + FILE, { headers })).text()).toBe('kept');

    await container.kill({ signal: 'SIGKILL' });
    await startHealthy(container);
    expect(await (await fetch(url + FILE, { headers })).text()).toBe('kept');
  });

  it('names its version, its licence and what it was built from', async () => {
    const { Config: config } = await engine.api.getImage(IMAGE).inspect();
    expect(config).toMatchObject({
      Labels: {
        'org.opencontainers.image.version': '9.9.9',
        'org.opencontainers.image.licenses': 'Apache-2.0',
        'org.opencontainers.image.revision': 'of-this-test',
      },
      User: '1000:1000',
      StopSignal: 'SIGTERM',
    });
  });
});

const TokenAnswer = z.object({ secret: z.string() });

/** A server from the image, as deploy/compose.yaml runs it, on a port of this machine. */
async function startContainer(api: Docker) {
  return onFreePort(async (port) => {
    const container = await api.createContainer({
      name: 'steelyard',
      Image: IMAGE,
      Env: [`STEELYARD_PORT=${port}`, 'STEELYARD_HOST=127.0.0.1'],
      // Docker's intervals are seconds long.
      Healthcheck: { Interval: SECOND_NS, StartPeriod: 60 * SECOND_NS },
      HostConfig: {
        NetworkMode: 'host',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Tmpfs: { '/tmp': 'mode=1777' },
        Mounts: [{ Type: 'volume', Source: 'data', Target: '/data' }],
      },
    });
    const remove = () => container.remove({ force: true }).catch(() => undefined);
    onTestFinished(() => remove());
    try {
      await startHealthy(container);
    } catch (error) {
      await remove(); // its name is free for another try, on another port
      throw error;
    }
    return { container, url: `http://127.0.0.1:${port}` };
  });
}

/** Starts it, and waits until its HEALTHCHECK has passed. */
async function startHealthy(container: Docker.Container): Promise<void> {
  await container.start();
  const look = async () => {
    const { State: state } = await container.inspect();
    return state.Running ? state.Health?.Status : `ended: ${await container.logs({ stdout: true, stderr: true })}`;
  };
  await expect.poll(look, HEALTHY).toMatch(/^(healthy|ended)/);
  expect(await look()).toBe('healthy');
}

/** Runs a command in the container. Returns its output. */
async function execute(container: Docker.Container, command: string[]): Promise<string> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  await new Promise((resolve) => stream.once('end', resolve));
  return parseOutput(Buffer.concat(parts));
}

/** The engine frames output: a header of eight bytes, the last four of which are the length. */
function parseOutput(framed: Buffer): string {
  let text = '';
  for (let place = 0; place < framed.length; ) {
    const end = place + 8 + framed.readUInt32BE(place + 4);
    text += framed.toString('utf8', place + 8, end);
    place = end;
  }
  return text;
}

/** User ids of processes of this machine. */
function usersOf(pids: readonly number[]): string[] {
  const uids = pids.map((pid) => /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '');
  return [...new Set(uids)];
}

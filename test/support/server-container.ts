import type Docker from 'dockerode';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { onFreePort } from './free-port.ts';

const SECOND_NS = 1_000_000_000;
const HEALTHY = { timeout: 120_000, interval: 200 };
const TokenAnswer = z.object({ secret: z.string() });

/** A server from the image, as deploy/compose.yaml runs it, on a port of this machine. */
export async function startContainer(api: Docker, image: string) {
  return onFreePort(async (port) => {
    const container = await api.createContainer({
      name: 'steelyard',
      Image: image,
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
export async function startHealthy(container: Docker.Container): Promise<void> {
  await container.start();
  const look = async () => {
    const { State: state } = await container.inspect();
    return state.Running ? state.Health?.Status : `ended: ${await container.logs({ stdout: true, stderr: true })}`;
  };
  await expect.poll(look, HEALTHY).toMatch(/^(healthy|ended)/);
  expect(await look()).toBe('healthy');
}

/** Runs a command in the container. Returns its output. */
export async function execute(container: Docker.Container, command: string[]): Promise<string> {
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

/** Credentials of an administrator. */
export async function createToken(container: Docker.Container): Promise<{ readonly authorization: string }> {
  const words = ['steelyard', 'token', 'create', 'ci', '--account', 'admin', '--json'];
  const { secret } = TokenAnswer.parse(JSON.parse(await execute(container, words)));
  return { authorization: `Bearer ${secret}` };
}

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dockerd, findDockerd, startDockerd } from '../support/dockerd.ts';
import { createToken, execute, startContainer, startHealthy } from '../support/server-container.ts';
import { buildServerImage } from '../support/server-image.ts';

const there = findDockerd() !== null || process.env.CI !== undefined;
const IMAGE = 'steelyard:test';
const FILE = '/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/note.txt';

describe.skipIf(!there)('the image (skipped where dockerd, busybox-static or root is missing)', () => {
  let engine: Dockerd;
  beforeAll(async () => {
    engine = await startDockerd();
    await buildServerImage(engine.api, IMAGE);
  }, 600_000);
  afterAll(() => engine?.[Symbol.asyncDispose]());

  it('keeps its data over a stop and a kill, without root and on a read-only root file system', async () => {
    const { container, url } = await startContainer(engine.api, IMAGE);
    expect(await execute(container, ['touch', '/opt/steelyard/x'])).toContain('Read-only file system');
    expect(usersOf(engine.processesOf('steelyard'))).toEqual(['1000']);
    expect(await execute(container, ['stat', '-c', '%u %a', '/data'])).toContain('1000 700');
    const headers = await createToken(container);
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

/** User ids of processes of this machine. */
function usersOf(pids: readonly number[]): string[] {
  const uids = pids.map((pid) => /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '');
  return [...new Set(uids)];
}

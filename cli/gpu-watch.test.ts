import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { A10G, placeNvidiaSmi } from '../src/platform/gpus/nvidia-smi.testing.ts';
import { golden, normalised, type ServedFolder, serveFolder, steelyard, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(() => server[Symbol.asyncDispose]());

const UNKNOWN = {
  ...A10G,
  uuid: 'GPU-b',
  utilization: '[N/A]',
  memory: '[Not Supported]',
  power: 'ERR!',
  pids: ['[N/A]'],
};

/** Runs the command with a recorded program instead of nvidia-smi; no real GPU is involved. */
function watch(smi: string, ...more: readonly string[]) {
  const argv = ['gpu', 'watch', '--source', 'machines', '--host', 'n1', '--interval', '1ms', ...more];
  return steelyard(argv, { PATH: smi });
}

describe('GPUs of this machine', () => {
  it('are read by nvidia-smi and sent; what it does not tell is missing, and not zero', async () => {
    const { folder: smi } = placeNvidiaSmi(join(folder, 'smi'), [{ ...A10G, pids: ['4021', '4022'] }, UNKNOWN]);
    const none = await watch(smi, '--data', server.data, '--times', '1');
    expect([none.code, none.err]).toEqual([4, expect.stringContaining('GpuSource')]);
    const document = 'apiVersion: steelyard/v1\nkind: GpuSource\nmetadata: { name: machines }\nspec: { type: push }\n';
    const file = join(folder, 'source.yaml');
    writeFileSync(file, document);
    expect((await server.run('apply', '-f', file)).code).toBe(0);
    const watched = await watch(smi, '--data', server.data, '--times', '2', '--json');
    expect(JSON.parse(watched.out)).toEqual({ readings: 4, gpus: 2 });
    const { out } = await server.run('gpu', 'idle', '--json');
    expect(JSON.parse(out)).toMatchObject({ gpus: 1, byGpu: [{ gpu: A10G.uuid, meanUtilizationRatio: 0.61 }] });
    const { actual, expected } = golden('gpu-sources', normalised(await server.run('gpu', 'sources'), [server.data]));
    expect(actual).toBe(expected);
    const synced = await server.run('gpu', 'sync', 'machines', '--json');
    expect(JSON.parse(synced.out)).toMatchObject({ sources: [{ source: 'machines', state: 'ok' }] });
  });

  it('cannot be read without nvidia-smi, which is said', async () => {
    const { code, err } = await watch(join(folder, 'nothing'), '--data', server.data);
    expect(code).not.toBe(0);
    expect(err).toContain('nvidia-smi is not installed. The GPUs of this machine are read by nvidia-smi');
  });

  it('wait while the server does not answer, and are sent when it is back, with the work whose processes are on them', async () => {
    const env = { PATH: process.env.PATH, STEELYARD_EXECUTION: 'train-0a1b2c3d4e5f' };
    const work = spawn('sleep', ['60'], { env, stdio: 'ignore' });
    onTestFinished(() => void work.kill());
    const [nobody, pid] = ['4194305', String(work.pid)]; // the first exceeds Linux's largest process id
    const { folder: smi } = placeNvidiaSmi(join(folder, 'other'), [{ ...A10G, pids: [nobody, pid] }]);
    const sent: number[] = [];
    const named: unknown[] = [];
    const away = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { gpus } = JSON.parse(body) as { gpus: { pids: unknown; work: unknown }[] };
      sent.push(gpus.length);
      named.push(...gpus.map((gpu) => [gpu.pids, gpu.work]));
      if (sent.length === 2) return void response.destroy();
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ readings: 1, leftOut: [] }));
    });
    await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void away.close());
    const url = `http://127.0.0.1:${(away.address() as AddressInfo).port}`;
    const { code, err } = await watch(smi, '--url', url, '--times', '3');
    expect([code, sent]).toEqual([0, [1, 1, 2]]);
    expect(err).not.toBe('');
    expect(named).toEqual(Array(4).fill([[Number(nobody), Number(pid)], { [pid]: env.STEELYARD_EXECUTION }]));
  });
});

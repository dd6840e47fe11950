import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster } from '../src/finops/workloads/cluster.testing.ts';
import { golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

async function expectGolden(name: string, ...argv: string[]): Promise<void> {
  const { actual, expected } = golden(name, normalised(await server.run(...argv), [folder, server.data]));
  expect(actual).toBe(expected);
}

const START = 1_761_955_200;
const hour = Array.from({ length: 60 }, (_, minute) => START + minute * 60);

describe('GPUs on the command line', () => {
  it('have their readings imported, listed, and their idle time shown', async () => {
    const samples = put(
      'samples.csv',
      'uuid,time,util',
      ...hour.flatMap((time) => [`GPU-a,${time},0`, `GPU-b,${time},80`]),
      `GPU-b,${START},ERR!`,
    );
    const columns = ['--value', 'util', '--time', 'time', '--gpu', 'uuid'];
    await expectGolden('gpu-import', 'gpu', 'import', samples, ...columns, '--interval', '1m', '--price', '1.861USD/h');
    await expectGolden(
      'gpu-import-again',
      'gpu',
      'import',
      samples,
      ...columns,
      '--interval',
      '1m',
      '--price',
      '1.861USD/h',
    );
    const memory = put('memory.csv', 'uuid,time,MiB', ...hour.map((time) => `GPU-a,${time},40000`));
    const held = ['--metric', 'memory', '--unit', 'MiB', '--value', 'MiB', '--time', 'time', '--gpu', 'uuid'];
    await expectGolden('gpu-import-memory', 'gpu', 'import', memory, ...held);
    const pool = put('pool.csv', 'at,total,idle', ...hour.map((time) => `${time},8,6`));
    const counts = ['--pool', 'research', '--time', 'at', '--total', 'total', '--unallocated', 'idle'];
    await expectGolden('gpu-pool', 'gpu', 'pool', pool, ...counts);
    await expectGolden('gpu-idle', 'gpu', 'idle');
    const { out } = await server.run('gpu', 'idle', '--window', '1h', '--json');
    expect(JSON.parse(out)).toMatchObject({
      gpuHours: 2,
      meanUtilizationRatio: 0.4,
      idleGpuHours: 1,
      idleShare: 0.5,
      cost: { amount: '3.722', currency: 'USD' },
      idleCost: { amount: '1.861', currency: 'USD' },
      byGpu: [{ gpu: 'GPU-a' }, { gpu: 'GPU-b' }],
    });
    const jobs = put(
      'jobs.csv',
      'uuid,from,to,owner,job',
      `GPU-a,${START},${START + 1800},search,r1`,
      `GPU-a,${START + 1800},${START + 3600},,`,
      `GPU-b,${START},${START + 3600},fraud,r2`,
      `GPU-b,${START},${START},fraud,r2`,
    );
    const times = ['--gpu', 'uuid', '--start', 'from', '--end', 'to', '--field', 'team=owner', '--field', 'run=job'];
    await expectGolden('gpu-holders', 'gpu', 'holders', jobs, ...times);
    await expectGolden('gpu-idle-by', 'gpu', 'idle', '--by', 'team');
    await expectGolden('gpu-idle-by-csv', 'gpu', 'idle', '--by', 'run', '--csv');
    await expectGolden('gpu-efficiency', 'gpu', 'efficiency', '--by', 'team', '--step', 'week');
    await expectGolden('gpu-outcomes', 'gpu', 'outcomes');
    await expectGolden('gpu-idle-csv-alone', 'gpu', 'idle', '--csv');
    const said = put('held.csv', 'uuid,time,util,pod,ns', `GPU-c,${START},5,p,a`, `GPU-c,${START + 60},5,p,a`);
    const fields = ['--field', 'pod', '--field', 'namespace=ns'];
    await expectGolden('gpu-import-held', 'gpu', 'import', said, ...columns, ...fields);
    await expectGolden('gpu-import-field', 'gpu', 'import', said, ...columns, '--field', 'label:=x');
    const listed = await server.run('gpu', 'imports', '--json');
    expect(JSON.parse(listed.out).imports).toHaveLength(4);
    await expectGolden('gpu-rules-none', 'gpu', 'rules');
    const rule = `{ name: sandboxes, match: { namespace: [a, 'play-*'], 'label:team': null }, subject: { team: research } }`;
    const document = put(
      'rules.yaml',
      'apiVersion: steelyard/v1',
      'kind: GpuOwnerRules',
      'metadata: { name: cluster }',
      `spec: { rules: [${rule}] }`,
    );
    await server.run('apply', '-f', document);
    await expectGolden('gpu-rules', 'gpu', 'rules');
  });

  it('are packed', async () => {
    const nodes = put('nodes.csv', 'sn,cpu_milli,memory_mib,gpu,model', 'n1,8000,16000,2,T4');
    const pods = put(
      'pods.csv',
      'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec',
      'a,1000,1000,1,600,',
      'b,1000,1000,1,300,',
      'c,1000,1000,2,1000,',
    );
    await expectGolden('gpu-pack', 'gpu', 'pack', '--nodes', nodes, '--pods', pods);
    await expectGolden('gpu-pack-json', 'gpu', 'pack', '--nodes', nodes, '--pods', pods, '--plan', '--json');
  });

  it('say what is wrong in a sentence', async () => {
    const samples = put('bad.csv', 'uuid,time,util', `GPU-a,${START},5`);
    const columns = ['--time', 'time', '--gpu', 'uuid'];
    await expectGolden('gpu-import-column', 'gpu', 'import', samples, '--value', 'usage', ...columns);
    await expectGolden('gpu-import-interval', 'gpu', 'import', samples, '--value', 'util', ...columns);
    await expectGolden('gpu-import-price', 'gpu', 'import', samples, '--value', 'util', ...columns, '--price', '2USD');
  });

  it('are told from the CPU and memory of containers, where a Prometheus is asked about them', async () => {
    await expectGolden('gpu-containers-none', 'gpu', 'containers');
    const still = { cpus: () => 0.125, memory: () => 3 * 2 ** 28 };
    const owner = { kind: 'StatefulSet', name: 'db' };
    const requests = { cpu: 2, memory: 2 ** 32 };
    const pods = [
      { pod: 'db-0', owner, ...still, requests },
      { pod: 'silent', owner: null, ...still },
    ];
    const { url } = await startCluster(() => ({ pods }), 60_000);
    const spec = `{ type: prometheus, url: "${url}", interval: 1h, backfill: 1h, containers: { interval: 1m } }`;
    const document = put(
      'containers.yaml',
      'apiVersion: steelyard/v1',
      'kind: GpuSource',
      'metadata: { name: cluster }',
      `spec: ${spec}`,
    );
    expect((await server.run('apply', '-f', document)).code).toBe(0);
    expect((await server.run('gpu', 'sync', 'cluster')).code).toBe(0);
    await expectGolden('gpu-containers', 'gpu', 'containers');
  });
});

import { describe, expect, it } from 'vitest';
import type { Resources, Work } from '../../compute/executor.ts';
import { buildContainer, checkCan, freeGpus } from './container.ts';

const ANY: Resources = { cpus: null, memoryBytes: null, gpus: { count: 0, model: null }, instance: null, spot: false };
const GIB = 1024 ** 3;
const MACHINE = { cpus: 4, memoryBytes: 8 * GIB, gpuModel: null };

function work(resources: Partial<Resources> = {}, over: Partial<Work> = {}): Work {
  return {
    id: 'train-1',
    folder: '/work',
    workspace: '/work/workspace',
    command: ['python', 'train.py', '--rate=1'],
    image: 'trainer:1',
    environment: { RATE: '1' },
    outputs: [],
    labels: { team: 'search', run: 'abc' },
    until: 0,
    graceMs: 0,
    ...over,
    resources: { ...ANY, ...resources },
  };
}

describe('the container of some work', () => {
  it('has its command in place of the image’s own, its environment, and whose it is', () => {
    expect(buildContainer(work(), 'sha256:1', { network: 'bridge', gpus: [] })).toMatchObject({
      name: 'steelyard-train-1',
      Image: 'sha256:1',
      Entrypoint: ['python'],
      Cmd: ['train.py', '--rate=1'],
      Env: ['RATE=1'],
      Labels: { 'steelyard.work': 'train-1', 'steelyard.team': 'search', 'steelyard.run': 'abc' },
    });
  });

  it('has no rights, an init process, and the bounds of the work', () => {
    const { HostConfig: host } = buildContainer(work({ cpus: 1.5, memoryBytes: GIB }), 'x', {
      network: 'none',
      gpus: ['1'],
    });
    expect(host).toMatchObject({
      Privileged: false,
      SecurityOpt: ['no-new-privileges'],
      Init: true,
      NetworkMode: 'none',
    });
    expect(host).toMatchObject({ NanoCpus: 1_500_000_000, Memory: GIB, MemorySwap: GIB });
    expect(host?.DeviceRequests).toEqual([{ Driver: '', DeviceIDs: ['1'], Capabilities: [['gpu']] }]);
  });

  it('cannot be named as another one’s by a label of the work', () => {
    const { Labels: labels } = buildContainer(work({}, { labels: { work: 'another' } }), 'x', {
      network: 'none',
      gpus: [],
    });
    expect(labels).toEqual({ 'steelyard.work': 'train-1' });
  });

  it.each<[string, Partial<Resources>, number | null]>([
    ['more CPUs', { cpus: 5 }, null],
    ['more memory', { memoryBytes: 9 * GIB }, null],
    ['an instance type', { instance: 'p5.48xlarge' }, null],
    ['GPUs of a model that nobody knows of', { gpus: { count: 1, model: 'H100' } }, null],
  ])('is refused where the engine has not %s', (_, resources) => {
    expect(() => checkCan(work(resources), MACHINE)).toThrow(expect.objectContaining({ code: 'executor_cannot' }));
  });

  it('is refused when it would bring back what is outside', () => {
    expect(() => checkCan(work({}, { outputs: ['../a'] }), MACHINE)).toThrow(/not a path in the working folder/);
  });

  it('may ask for the model of GPU that the setting names', () => {
    const asks = work({ cpus: 4, memoryBytes: 8 * GIB, gpus: { count: 1, model: 'h100' } });
    expect(() => checkCan(asks, { ...MACHINE, gpuModel: 'H100' })).not.toThrow();
    expect(() => checkCan(asks, { ...MACHINE, gpuModel: 'A100' })).toThrow(/the engine has A100/);
  });
});

describe('GPUs for a container alone', () => {
  it.each<[number, string[], string[]]>([
    [1, [], ['0']],
    [2, ['0', '2,3'], ['1', '4']],
    [0, ['0'], []],
  ])('%i while %j are held are %j', (count, held, free) => {
    expect(freeGpus(count, held)).toEqual(free);
  });
});

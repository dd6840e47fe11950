import { describe, expect, it } from 'vitest';
import { parseGpuListing, parseGpuProcesses } from './listing.ts';

const GPU = {
  index: 0,
  uuid: 'GPU-5c1b',
  model: 'NVIDIA A10G',
  utilizationRatio: 0.61,
  memoryBytes: 2048 * 1024 ** 2,
  powerWatts: 71.25,
  energyJoules: null,
};

describe('what nvidia-smi lists', () => {
  it.each([
    ['as it is', '0, GPU-5c1b, NVIDIA A10G, 61 %, 2048 MiB, 71.25 W', {}],
    [
      'with a counter of energy',
      '0, GPU-5c1b, NVIDIA A10G, 61 %, 2048 MiB, 71.25 W, 123456 mJ',
      { energyJoules: 123.456 },
    ],
    [
      'with what it does not know',
      '0, GPU-5c1b, NVIDIA A10G, [N/A], [Not Supported], ERR!, [Insufficient Permissions]',
      { utilizationRatio: null, memoryBytes: null, powerWatts: null },
    ],
    ['with a share above one', '0, GPU-5c1b, NVIDIA A10G, 255 %, 2048 MiB, 71.25 W', { utilizationRatio: null }],
    [
      'without units, which could be any',
      '0, GPU-5c1b, NVIDIA A10G, 61, 2048, 71.25, 123456',
      { utilizationRatio: null, memoryBytes: null, powerWatts: null },
    ],
    ['without a model', '0, GPU-5c1b, [Unknown Error], 61 %, 2048 MiB, 71.25 W', { model: null }],
  ])('is read %s', (_, line, over) => {
    expect(parseGpuListing(`${line}\n`)).toEqual([{ ...GPU, ...over }]);
  });

  it('is nothing of what else it says', () => {
    expect(parseGpuListing('No devices were found\n')).toEqual([]);
    expect(parseGpuListing('')).toEqual([]);
  });
});

it('processes are known by GPU; one without an id makes those of its GPU unknown', () => {
  const text = 'GPU-a, 4021\nGPU-a, 4022\nGPU-b, [N/A]\nGPU-b, 7\n\nNo devices were found\nMIG-c, 9\n';
  expect([...parseGpuProcesses(text)]).toEqual([
    ['GPU-a', [4021, 4022]],
    ['GPU-b', null],
    ['MIG-c', [9]],
  ]);
});

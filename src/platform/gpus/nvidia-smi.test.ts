import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { A10G, type ListedGpu, placeNvidiaSmi } from './nvidia-smi.testing.ts';
import { createNvidiaSmi } from './nvidia-smi.ts';

const OTHER: ListedGpu = { ...A10G, uuid: 'GPU-11112222', utilization: '[N/A]' };
const temporary = () => mkdtempSync(join(tmpdir(), 'nvidia-smi-'));

function machineWith(...gpus: ListedGpu[]) {
  const { folder, calls } = placeNvidiaSmi(temporary(), gpus);
  return { smi: createNvidiaSmi({ now: () => 1_000, environment: { PATH: folder } }), calls };
}

describe('nvidia-smi', () => {
  it('reads the GPUs that are asked for, by index, by UUID or by the beginning of one', async () => {
    const { smi } = machineWith(A10G, OTHER);
    expect(await smi.of(['1']).read()).toEqual([
      {
        at: 1_000,
        index: 1,
        uuid: 'GPU-11112222',
        model: 'NVIDIA A10G',
        utilizationRatio: null,
        memoryBytes: 20 * 1024 ** 3,
        powerWatts: 150,
        energyJoules: null,
      },
    ]);
    expect(await smi.of(['GPU-7d9a']).read()).toMatchObject([{ index: 0, utilizationRatio: 0.61 }]);
    expect(await smi.of(null).read()).toHaveLength(2);
    expect(await smi.of(['0', '7']).read()).toBe('nvidia-smi does not list the GPUs 0, 7');
  });

  it('asks for the counter of energy once, where the driver has none', async () => {
    const { smi, calls } = machineWith(A10G);
    for (let look = 0; look < 3; look += 1) await smi.all();
    const asked = readFileSync(calls, 'utf8').trim().split('\n');
    expect(asked.map((line) => line.includes('total_energy_consumption'))).toEqual([true, false, false, false]);
  });

  it('reads the counter where the driver has one', async () => {
    const { smi } = machineWith({ ...A10G, energy: '5000 mJ' });
    expect(await smi.all()).toMatchObject([{ energyJoules: 5 }]);
  });

  it('is asked once by all who ask at the same time', async () => {
    const { smi, calls } = machineWith({ ...A10G, energy: '5000 mJ' });
    await Promise.all(Array.from({ length: 20 }, () => smi.of(['0']).read()));
    expect(readFileSync(calls, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('says in words why nothing is read', async () => {
    const smi = createNvidiaSmi({ now: () => 0, environment: { PATH: temporary() } });
    expect(await smi.all()).toBe('nvidia-smi is not installed');
    expect(await machineWith().smi.all()).toBe('nvidia-smi lists no GPU');
  });
});

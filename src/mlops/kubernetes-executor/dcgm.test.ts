import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDcgm, groupGpuReadings, type Sample } from './dcgm.ts';

const sample = (name: string, value: string, labels: Readonly<Record<string, string>> = {}): Sample => ({
  metric: { __name__: name, gpu: '0', UUID: 'GPU-a', modelName: 'NVIDIA H100', ...labels },
  value: [1_700_000_000.5, value],
});
const WHOLE = {
  at: 1_700_000_000_500,
  uuid: 'GPU-a',
  index: 0,
  model: 'NVIDIA H100',
  utilizationRatio: null,
  memoryBytes: null,
  powerWatts: null,
  energyJoules: null,
};

describe('GPUs of samples of the DCGM exporter', () => {
  it.each<[string, Sample[], object]>([
    ['a whole one', [sample('DCGM_FI_DEV_GPU_UTIL', '61')], { utilizationRatio: 0.61 }],
    [
      'one whose series come once for each container that shares it',
      [
        sample('DCGM_FI_DEV_GPU_UTIL', '61', { container: 'a' }),
        sample('DCGM_FI_DEV_GPU_UTIL', '61', { container: 'b' }),
      ],
      { utilizationRatio: 0.61 },
    ],
    [
      'a part of one: its engine counts, and its power is that of all parts',
      [
        sample('DCGM_FI_PROF_GR_ENGINE_ACTIVE', '0.25', { GPU_I_ID: '3' }),
        sample('DCGM_FI_DEV_POWER_USAGE', '300', { GPU_I_ID: '3' }),
        sample('DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', '9', { GPU_I_ID: '3' }),
      ],
      { uuid: 'GPU-a/3', utilizationRatio: 0.25 },
    ],
    [
      'one of which nothing is told',
      [sample('DCGM_FI_DEV_GPU_UTIL', '2147483634'), sample('DCGM_FI_DEV_FB_USED', '9223372036854775794')],
      {},
    ],
    ['one with a number that is none', [sample('DCGM_FI_DEV_POWER_USAGE', 'NaN')], {}],
  ])('%s', (_, samples, over) => {
    expect(groupGpuReadings(samples)).toEqual([{ ...WHOLE, ...over }]);
  });

  it('that name no GPU are left out', () => {
    expect(groupGpuReadings([{ metric: { __name__: 'up' }, value: [0, '1'] }])).toEqual([]);
  });
});

describe('a Prometheus', () => {
  const answering = async (status: number, body: string) => {
    const server = createServer((_, answer) => answer.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const prometheus = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return createDcgm({ prometheus, namespace: 'w' });
  };

  it.each([
    [503, '', 'Prometheus answers 503'],
    [200, '<html>', 'the response is not a Prometheus response'],
    [
      200,
      '{"status":"success","data":{"resultType":"vector","result":[]}}',
      'Prometheus has no GPU readings of its pod',
    ],
  ])('that answers %i %j is told of in words', async (status, body, says) => {
    expect(await (await answering(status, body)).of(() => ['p']).read()).toBe(says);
    expect(await (await answering(status, body)).of(() => []).read()).toBe('its pod does not exist yet');
  });

  it('that is not there is told of in words', async () => {
    const nobody = createDcgm({ prometheus: 'http://127.0.0.1:9', namespace: 'w' });
    expect(await nobody.of(() => ['p']).read()).toMatch(/^Prometheus cannot be reached: /);
  });
});

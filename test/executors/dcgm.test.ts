import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SOON } from '../../src/mlops/executors/suite.testing.ts';
import { createDcgm } from '../../src/mlops/kubernetes-executor/dcgm.ts';
import { findPrometheus, startPrometheus } from '../support/prometheus.ts';

const GPU_A =
  'gpu="0",UUID="GPU-a",pci_bus_id="00000000:17:00.0",device="nvidia0",modelName="NVIDIA A10G",Hostname="n1"';
const GPU_B = GPU_A.replace('gpu="0"', 'gpu="1"').replace('GPU-a', 'GPU-b').replace('nvidia0', 'nvidia1');
const POD = 'container="main",namespace="steelyard-work",pod="train-x"';
const OTHER = 'container="main",namespace="steelyard-work",pod="train-xy"';

/** Answer of the DCGM exporter with its default counters. No real GPU is involved. */
const EXPORTED = `# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{${GPU_A},${POD}} 61
DCGM_FI_DEV_GPU_UTIL{${GPU_B},${OTHER}} 5
# HELP DCGM_FI_DEV_FB_USED Framebuffer memory used (in MiB).
# TYPE DCGM_FI_DEV_FB_USED gauge
DCGM_FI_DEV_FB_USED{${GPU_A},${POD}} 2048
DCGM_FI_DEV_FB_USED{${GPU_B},${OTHER}} 9
# HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
# TYPE DCGM_FI_DEV_POWER_USAGE gauge
DCGM_FI_DEV_POWER_USAGE{${GPU_A},${POD}} 140737488355328
# HELP DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION Total energy consumption since boot (in mJ).
# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${GPU_A},${POD}} 5000500
# HELP DCGM_FI_DEV_MEMORY_TEMP Memory temperature (in C).
# TYPE DCGM_FI_DEV_MEMORY_TEMP gauge
DCGM_FI_DEV_MEMORY_TEMP{${GPU_A},${POD}} 9223372036854775794
`;

async function exporter(): Promise<string> {
  const server = createServer((_, answer) =>
    answer.setHeader('content-type', 'text/plain; version=0.0.4').end(EXPORTED),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!findPrometheus() && process.env.CI === undefined)(
  'GPUs of pods, by a real Prometheus that scrapes what a DCGM exporter answered (skipped where prometheus is missing)',
  () => {
    it.each([true, false])(
      'are those of the pod alone, where labels of the exporter are honoured: %s',
      async (honorLabels) => {
        // Where they are not, `pod` is the exporter's own and the work's is `exported_pod`.
        const labels = { namespace: 'gpu-operator', pod: 'dcgm-exporter-n1' };
        const job = { name: 'dcgm', target: await exporter(), honorLabels, labels };
        await using prometheus = await startPrometheus([job]);
        const { of } = createDcgm({ prometheus: prometheus.url, namespace: 'steelyard-work' });
        await expect
          .poll(() => of(() => ['train-x']).read(), SOON)
          .toEqual([
            {
              at: expect.any(Number),
              uuid: 'GPU-a',
              index: 0,
              model: 'NVIDIA A10G',
              utilizationRatio: 0.61,
              memoryBytes: 2048 * 1024 ** 2,
              powerWatts: null,
              energyJoules: 5000.5,
            },
          ]);
        expect(await of(() => ['train-z']).read()).toBe('Prometheus has no GPU readings of its pod');
      },
    );
  },
);

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { A10G, placeNvidiaSmi } from '../../src/platform/gpus/nvidia-smi.testing.ts';
import { serveFolder, temporaryFolder } from '../testing.ts';

const DOCUMENTS = (run: string) => `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: the contract, prices: [{resource: 'gpu:A10G', perHour: '1.2', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Pipeline
metadata: {name: training}
spec:
  steps:
    train: {run: ${JSON.stringify(run)}, resources: {gpu: {model: A10G, count: 1}}}
`;

it('steelyard pipeline show says what GPUs did, and by which price they were priced', async () => {
  const { folder: programs, calls } = placeNvidiaSmi(join(temporaryFolder(), 'programs'), [A10G]);
  vi.stubEnv('PATH', `${programs}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  await using server = await serveFolder();
  const file = join(temporaryFolder(), 'steelyard.yaml');
  writeFileSync(file, DOCUMENTS(`until [ "$(wc -l < ${calls})" -ge 4 ]; do sleep 0.05; done`));
  await server.run('apply', '-f', file);
  expect(await server.run('pipeline', 'run', 'training', '--wait')).toMatchObject({ code: 0 });
  const { out } = await server.run('pipeline', 'show', 'training');
  expect(out).toMatch(/STEP +CPU +MEMORY +NODE +GPUS/);
  expect(out).toMatch(/train .* 1 x NVIDIA A10G: 61 % busy, 20\.0 GiB, \S+ kWh \(nvidia-smi\)/);
  expect(out).toContain('price: gpu:A10G at $1.20 an hour: the contract');
});

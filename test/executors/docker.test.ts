import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { createDockerExecutor, type DockerDeps } from '../../src/mlops/executors/docker/index.ts';
import { describeExecutor } from '../../src/mlops/executors/suite.testing.ts';
import { createLog } from '../../src/platform/telemetry/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { type Dockerd, findDockerd, startDockerd } from '../support/dockerd.ts';

const there = findDockerd() !== null || process.env.CI !== undefined;

describe.skipIf(!there)('the Docker engine (skipped where dockerd, busybox-static or root is missing)', () => {
  let engine: Dockerd;
  let data: string;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'steelyard-data-'));
    engine = await startDockerd({ options: ['--live-restore'] });
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    rmSync(data, { recursive: true, force: true });
  });

  const open = (over: Partial<DockerDeps> = {}) =>
    createDockerExecutor({
      address: engine.address,
      certificates: null,
      network: 'none',
      gpuModel: null,
      folder: join(data, 'docker'),
      clock: systemClock,
      log: createLog('silent'),
      ...over,
    });

  describeExecutor('a Docker Engine', async () => ({
    open: async () => open(),
    image: engine.image,
    path: null,
    left: (id) => engine.processesOf(`steelyard-${id}`),
  }));
});

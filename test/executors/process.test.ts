import { createProcessExecutor } from '../../src/mlops/executors/process/index.ts';
import { describeExecutor } from '../../src/mlops/executors/suite.testing.ts';
import { findMarked } from '../../src/platform/processes/kernel.ts';
import { systemClock } from '../../src/platform/units/index.ts';

describeExecutor('processes of this machine', async () => ({
  open: async () =>
    createProcessExecutor({ environment: { PATH: String(process.env.PATH) }, user: null, clock: systemClock }),
  image: null,
  path: null,
  left: (id) => findMarked(`STEELYARD_EXECUTION=${id}`),
}));

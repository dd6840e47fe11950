import type { Allocation } from '../../finops/allocation/index.ts';
import type { GpuTelemetry } from '../../finops/gpu-telemetry/index.ts';
import type { GpuUsage } from '../../finops/gpu-usage/index.ts';
import type { Metering } from '../../finops/metering/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';

export interface RunCostDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly metering: Pick<Metering, 'ofRuns' | 'runsWithUsage' | 'runsAndOthers'>;
  readonly allocation: Pick<Allocation, 'billedPeriods' | 'reconciledRuns' | 'allocatedRuns'>;
  readonly gpuTelemetry: Pick<GpuTelemetry, 'readDays'>;
  readonly gpuUsage: Pick<GpuUsage, 'runDays'>;
  readonly tracking: Pick<Tracking, 'costs' | 'putCosts' | 'energy'>;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly events: Pick<Events, 'append'>;
}

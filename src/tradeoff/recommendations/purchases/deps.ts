import type { Costs } from '../../../finops/costs/index.ts';
import type { Metering } from '../../../finops/metering/index.ts';
import type { Purchasing } from '../../../finops/purchasing/index.ts';
import type { ServingUse } from '../../../mlops/gateway/index.ts';
import type { PipelineRuns } from '../../../mlops/pipelines/index.ts';
import type { Store } from '../../../platform/store/index.ts';

export interface PurchaseFinderDeps {
  readonly store: Store;
  readonly costs: Pick<Costs, 'usageOver'>;
  readonly metering: Pick<Metering, 'within'>;
  readonly purchasing: Pick<Purchasing, 'spot' | 'deadline' | 'commitmentCase' | 'hardware'>;
  readonly pipelines: { readonly runs: Pick<PipelineRuns, 'spec'> };
  readonly serving: Pick<ServingUse, 'variants' | 'spans'>;
}

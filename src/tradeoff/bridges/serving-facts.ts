import {
  computeBusyShare,
  countVersionServed,
  loadServiceTimes,
  readHourlyRequests,
} from '../../mlops/gateway/index.ts';
import { listServedVariants } from '../../mlops/serving/index.ts';
import type { ServingFacts } from '../evidence/index.ts';
import { buildHardwareName } from '../unit-cost/index.ts';

/** Serving facts for evidence: the scaling policies of a model's endpoints, and how busy their replicas were. */
export const servingFacts: ServingFacts = {
  async bounds(sql, model) {
    const served = (await listServedVariants(sql)).filter((variant) => variant.model === model);
    return served.map(({ endpoint, min, max, targetUtilization, slo, ...held }) => ({
      endpoint,
      hardware: buildHardwareName([held]),
      minReplicas: min,
      maxReplicas: max,
      targetUtilization,
      slo,
    }));
  },
  serviceTimes: loadServiceTimes,
  hourlyRequests: readHourlyRequests,
  busyShare: computeBusyShare,
  served: countVersionServed,
};

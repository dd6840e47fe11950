import { busyShare, hourlyRequests, serviceTimes } from '../../mlops/gateway/index.ts';
import { servedVariants } from '../../mlops/serving/index.ts';
import type { ServingFacts } from '../evidence/index.ts';
import { hardwareName } from '../unit-cost/index.ts';

/** Serving facts for evidence: the scaling policies of a model's endpoints, and how busy their replicas were. */
export const servingFacts: ServingFacts = {
  async bounds(sql, model) {
    const served = (await servedVariants(sql)).filter((variant) => variant.model === model);
    return served.map(({ endpoint, min, max, targetUtilization, slo, ...held }) => ({
      endpoint,
      hardware: hardwareName([held]),
      minReplicas: min,
      maxReplicas: max,
      targetUtilization,
      slo,
    }));
  },
  serviceTimes,
  hourlyRequests,
  busyShare,
};

import type { Monitoring } from '../mlops/monitoring/index.ts';
import type { Pipelines } from '../mlops/pipelines/index.ts';
import type { Org } from '../org/index.ts';
import type { createTelling } from '../platform/notices/index.ts';
import { createSubjectOwners } from '../tradeoff/bridges/index.ts';
import { createRecommendations } from '../tradeoff/recommendations/index.ts';
import { createRetrainings } from '../tradeoff/retraining/index.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { wireFinops } from './wire-finops.ts';
import type { wireGpus } from './wire-gpus.ts';
import type { wireMlops } from './wire-mlops.ts';
import type { wireServing } from './wire-serving.ts';
import type { wireOptimizations, wireTradeoff } from './wire-tradeoff.ts';

export interface AdviceDeps {
  readonly org: Org;
  readonly notices: ReturnType<typeof createTelling>;
  readonly finops: ReturnType<typeof wireFinops>;
  readonly gpus: ReturnType<typeof wireGpus>;
  readonly mlops: ReturnType<typeof wireMlops>;
  readonly tradeoff: ReturnType<typeof wireTradeoff>;
  readonly pipelines: Pipelines;
  readonly monitoring: Monitoring;
  readonly serving: ReturnType<typeof wireServing>;
  readonly optimizations: ReturnType<typeof wireOptimizations>;
}

/** Retraining and savings recommendations, which act on both wings. */
export function wireAdvice(
  { config, clock, log, store, events, jobs }: Infrastructure,
  { org, notices: { mail, rules }, finops, gpus, mlops, tradeoff, pipelines, monitoring, ...deps }: AdviceDeps,
) {
  const { budgets, billing, costs, metering } = finops;
  const { gpuUsage, workloads, purchasing } = gpus;
  const { tracking, registry, testSets } = mlops;
  const { decisions } = tradeoff;
  const retraining = createRetrainings({
    ...{ clock, log, store, events, jobs },
    ...{ pipelines, monitoring, budgets, registry, decisions, testSets },
  });
  const recommendations = createRecommendations({
    ...{ clock, log, store, events, jobs, mail, rules, publicUrl: config.publicUrl ?? null },
    ...{ org, billing, costs, metering, gpuUsage, workloads, purchasing },
    findOwner: createSubjectOwners({ registry, tracking }),
    ...{ tracking, pipelines, decisions, serving: deps.serving.use, optimizations: deps.optimizations },
  });
  return { retraining, recommendations };
}

import type { GpuWork, ReconciledCost } from '../../finops/gpu-usage/index.ts';
import type { WorkOutcome } from '../../finops/gpu-usage/schema.ts';
import { isPodOfEndpoint, workIdsIn } from '../../mlops/executors/index.ts';
import { findPipelineRunStates } from '../../mlops/pipelines/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { Subject } from '../../org/schema.ts';

const OF_RUN = {
  RUNNING: 'running',
  SCHEDULED: 'running',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'cancelled',
} as const;

const OF_PIPELINE = {
  waiting: 'running',
  running: 'running',
  succeeded: 'finished',
  cached: 'finished',
  failed: 'failed',
  stopped: 'cancelled',
  skipped: 'cancelled',
} as const;

/** Maps GPU time to its work, for GPU ownership: mlops knows the work. */
export function createGpuWork(tracking: Pick<Tracking, 'statuses' | 'costs'>): GpuWork {
  return {
    workIdsIn,
    isPodOfEndpoint,
    async outcomesOf(sql, subjects) {
      const statuses = await tracking.statuses(sql, collectDistinct(subjects, 'run'));
      const states = await findPipelineRunStates(sql, collectDistinct(subjects, 'pipelineRun'));
      const outcomeOf = ({ run, pipelineRun, step, endpoint }: Subject): WorkOutcome | null => {
        if (endpoint !== undefined) return 'serving';
        // A failed step may have been started for a run that continues.
        const of = states.get(pipelineRun ?? '');
        if (of !== undefined) return OF_PIPELINE[of.steps.get(step ?? '') ?? of.state];
        const status = statuses.get(run ?? '');
        return status === undefined ? null : OF_RUN[status];
      };
      return new Map(
        subjects.flatMap((subject) => {
          const outcome = outcomeOf(subject);
          return outcome === null ? [] : [[subject, outcome] as const];
        }),
      );
    },
    async reconciledRuns(sql, runs) {
      const costs = await tracking.costs(sql, runs);
      return new Map(
        [...costs].flatMap(([run, { total, metered, reconciled }]): [string, ReconciledCost][] => {
          // Only where billed rows cover all metered hours: a part would make them cheaper than they are.
          if (total.basis !== 'reconciled' || metered.cost === null || reconciled.cost === null) return [];
          return [[run, { metered: metered.cost, reconciled: reconciled.cost }]];
        }),
      );
    },
  };
}

function collectDistinct(subjects: readonly Subject[], field: 'run' | 'pipelineRun'): string[] {
  return [...new Set(subjects.flatMap((subject) => subject[field] ?? []))];
}

import { decideDeadline, type GpuWork, type ReconciledCost } from '../finops/gpu-telemetry/index.ts';
import type { WorkOutcome } from '../finops/gpu-telemetry/schema.ts';
import { isPodOfEndpoint, workIdsIn } from '../mlops/executors/index.ts';
import type { PipelineRuns, SpotDeadlines } from '../mlops/pipelines/index.ts';
import type { Tracking } from '../mlops/tracking/index.ts';
import type { Subject } from '../org/schema.ts';
import type { Decisions } from '../tradeoff/decisions/index.ts';

/** Deadline decisions on spot capacity: finops has the policy, the ledger in tradeoff stores the decisions. */
export function spotDeadlines({
  decisions,
  tracking,
}: {
  readonly decisions: Pick<Decisions, 'recordAct'>;
  readonly tracking: Pick<Tracking, 'latestMetrics'>;
}): SpotDeadlines {
  return {
    decide: decideDeadline,
    record: (sql, decided) =>
      decisions.recordAct(sql, {
        ...decided,
        ...{ act: 'placed', actor: 'deadline policy', evidence: { ...decided.evidence } },
      }),
    progress: async (sql, mlflowRun, metric) =>
      (await tracking.latestMetrics(sql, mlflowRun)).get(metric)?.value ?? null,
  };
}

interface KnownOfWork {
  readonly tracking: Pick<Tracking, 'statuses' | 'costs'>;
  readonly pipelines: { readonly runs: Pick<PipelineRuns, 'states'> };
}

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
export function gpuWork({ tracking, pipelines }: KnownOfWork): GpuWork {
  return {
    workIdsIn,
    isPodOfEndpoint,
    async outcomesOf(sql, subjects) {
      const statuses = await tracking.statuses(sql, distinct(subjects, 'run'));
      const states = await pipelines.runs.states(sql, distinct(subjects, 'pipelineRun'));
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

function distinct(subjects: readonly Subject[], field: 'run' | 'pipelineRun'): string[] {
  return [...new Set(subjects.flatMap((subject) => subject[field] ?? []))];
}

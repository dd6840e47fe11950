import type { WriteRecorder } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { findPipelines } from '../pipeline-definition/index.ts';
import type { PipelineSpec } from '../pipeline-definition/schema.ts';
import { nameTriggers, type Trigger } from '../pipeline-definition/schema.ts';
import type { PipelineDeps } from '../pipeline-runs/index.ts';

export interface TriggerDeps extends PipelineDeps {
  /** Jobs that are soon over: times of the calendar. Looking at data and fetching code are not. */
  readonly shortJobs: Pick<Jobs, 'enqueue' | 'register'>;
  readonly lake: Pick<Lake, 'sequence'>;
  /** The audit trail. */
  readonly writes: WriteRecorder;
}

export interface NamedTrigger {
  readonly name: string;
  readonly trigger: Trigger;
  readonly spec: PipelineSpec;
}

/** Triggers of a pipeline as it is applied now; empty where there is no such pipeline. */
export async function listTriggers(sql: Sql, pipeline: string): Promise<NamedTrigger[]> {
  const [found] = await findPipelines(sql, pipeline);
  return found === undefined ? [] : nameTriggers(found.spec.on).map((named) => ({ ...named, spec: found.spec }));
}

export async function findTrigger(sql: Sql, pipeline: string, name: string): Promise<NamedTrigger | null> {
  return (await listTriggers(sql, pipeline)).find((named) => named.name === name) ?? null;
}

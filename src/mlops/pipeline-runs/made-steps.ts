import type { Sql } from '../../platform/store/index.ts';
import type { MadeBefore } from './cache-key.ts';
import { parseStepRow, type RunTables, type StoredStep } from './store.ts';

/** An executed step, and the number of its run. */
export interface MadeStep {
  readonly step: StoredStep;
  readonly number: number;
}

/** The step that was executed with exactly these inputs; null when there is none. */
export async function findCached(
  sql: Sql,
  pipeline: string,
  stepKey: string,
  cacheKey: string,
): Promise<MadeStep | null> {
  const found = await buildCacheQuery(sql, pipeline, stepKey)
    .where('pipeline_cache.cache_key', '=', cacheKey)
    .executeTakeFirst();
  return found === undefined ? null : { step: parseStepRow(found), number: found.run_number };
}

/** The last execution of a step, with any inputs. */
export async function findLastMade(sql: Sql, pipeline: string, stepKey: string): Promise<MadeBefore | null> {
  const found = await buildCacheQuery(sql, pipeline, stepKey)
    .orderBy('pipeline_cache.made_ms', 'desc')
    .limit(1)
    .executeTakeFirst();
  const parts = found === undefined ? null : parseStepRow(found).keyParts;
  return found === undefined || parts === null ? null : { parts, run: `${pipeline} #${found.run_number}` };
}

/** A step as it was when it last succeeded in a run of the pipeline; null when it never did. */
export async function findLastSucceeded(sql: Sql, pipeline: string, stepKey: string): Promise<StoredStep | null> {
  const found = await sql
    .tables<RunTables>()
    .selectFrom('pipeline_step')
    .innerJoin('pipeline_run', 'pipeline_run.id', 'pipeline_step.run')
    .selectAll('pipeline_step')
    .where('pipeline_run.pipeline', '=', pipeline)
    .where('pipeline_step.step_key', '=', stepKey)
    .where('pipeline_step.state', '=', 'succeeded')
    .orderBy('pipeline_run.run_number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return found === undefined ? null : parseStepRow(found);
}

function buildCacheQuery(sql: Sql, pipeline: string, stepKey: string) {
  return sql
    .tables<RunTables>()
    .selectFrom('pipeline_cache')
    .innerJoin('pipeline_step', (join) =>
      join
        .onRef('pipeline_step.run', '=', 'pipeline_cache.run')
        .onRef('pipeline_step.step_key', '=', 'pipeline_cache.step_key'),
    )
    .innerJoin('pipeline_run', 'pipeline_run.id', 'pipeline_cache.run')
    .selectAll('pipeline_step')
    .select('pipeline_run.run_number')
    .where('pipeline_cache.pipeline', '=', pipeline)
    .where('pipeline_cache.step_key', '=', stepKey);
}

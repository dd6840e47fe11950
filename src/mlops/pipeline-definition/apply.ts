import { AppError } from '../../platform/errors/index.ts';
import type { ManifestOutcome } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { buildPlan } from './plan.ts';
import type { PipelineSpec } from './schema.ts';
import { findPipelines, savePipeline } from './store.ts';

/** Stores the pipeline of the document. Errors: `manifest_invalid` for an invalid plan. */
export async function applyPipeline(
  clock: Clock,
  sql: Sql,
  name: string,
  spec: PipelineSpec,
): Promise<ManifestOutcome> {
  checkPlan(spec);
  const [before] = await findPipelines(sql, name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  const pipelineVersion = (before?.pipelineVersion ?? 0) + 1;
  await savePipeline(sql, { name, pipelineVersion, spec, appliedAt: new Date(clock.now()).toISOString() });
  return before === undefined ? 'created' : 'changed';
}

/** Errors: `manifest_invalid`, which names the first problem. */
export function checkPlan(spec: Pick<PipelineSpec, 'steps' | 'params'>): void {
  const { problems } = buildPlan(spec);
  const [first, ...others] = problems ?? [];
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new AppError('manifest_invalid', `"spec.${first.path}": ${first.message}${more}.`, { problems });
}

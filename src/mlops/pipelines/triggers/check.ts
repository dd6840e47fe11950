import { AppError } from '../../../platform/errors/index.ts';
import { parseCron } from '../../../platform/jobs/cron.ts';
import type { PipelineSpec } from '../definition/schema.ts';
import { type CronTrigger, type EventTrigger, namedTriggers } from '../definition/triggers/schema.ts';

/** Errors: `manifest_invalid` for a trigger that can never begin a run, or whose runs would begin it again for ever. */
export function checkTriggers(spec: Pick<PipelineSpec, 'on' | 'steps' | 'source' | 'params'>): void {
  for (const [index, { name, trigger }] of namedTriggers(spec.on).entries()) {
    const refuse = (path: string, message: string) => {
      const detail = `"spec.on[${index}]${path}" (${name}): ${message}`;
      throw new AppError('manifest_invalid', detail, { path: `spec.on[${index}]${path}` });
    };
    // With a source, the commit says which params there are.
    const unknown = Object.keys(trigger.params).find((param) => spec.source === undefined && !(param in spec.params));
    if (unknown !== undefined) refuse(`.params.${unknown}`, 'the pipeline has no such param.');
    if ('push' in trigger && spec.source === undefined) {
      refuse('.push', 'the pipeline has no "source" that the pushed commit could be taken from.');
    }
    if ('cron' in trigger) {
      const problem = cronProblem(trigger);
      if (problem !== null) refuse('.cron', problem);
    }
  }
  refuseCircle(spec);
}

/** Errors: `manifest_invalid` where a step causes what a trigger of the same pipeline waits for. */
export function refuseCircle(spec: Pick<PipelineSpec, 'on' | 'steps'>): void {
  const index = spec.on.findIndex((trigger) => 'event' in trigger && beginsItself(spec, trigger));
  if (index === -1) return;
  const path = `spec.on[${index}].event`;
  const detail = `"${path}": a step of the pipeline causes this event itself, so that its runs would begin for ever.`;
  throw new AppError('manifest_invalid', detail, { path });
}

function cronProblem({ cron, timeZone }: CronTrigger): string | null {
  try {
    parseCron(cron, timeZone).next(0);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `"${cron}" in ${timeZone} is no time: ${why} Five fields are minute, hour, day, month and weekday, such as "0 3 * * *".`;
  }
}

/**
 * Whether a step of the pipeline makes what the trigger waits for: a version of the model, its alias, a decision about it. Pipelines
 * that begin each other in a circle are not seen.
 */
function beginsItself({ steps }: Pick<PipelineSpec, 'steps'>, { event }: EventTrigger): boolean {
  const { type, model, match } = event;
  return Object.values(steps).some((step) => {
    if (!('uses' in step)) return false;
    if (step.uses === 'register') {
      if (model !== undefined && model !== step.model) return false;
      if (type === 'model_version.created') return true;
      return step.policy !== undefined && (type === 'model_alias.set' || type === 'decision.taken');
    }
    if (step.uses !== 'deploy' || type !== 'model_alias.set') return false;
    const of = steps[step.of];
    const deployed = of !== undefined && 'uses' in of && of.uses === 'register' ? of.model : null;
    return (model ?? deployed) === deployed && (match.alias ?? step.alias) === step.alias;
  });
}

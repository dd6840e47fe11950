import { AppError } from '../../platform/errors/index.ts';
import { parseCron } from '../../platform/jobs/cron.ts';
import type { PipelineSpec } from './schema.ts';
import { type CronTrigger, type EventTrigger, nameTriggers } from './triggers/schema.ts';

/** Errors: `manifest_invalid` for a trigger that can never start a run. */
export function checkTriggers(spec: Pick<PipelineSpec, 'on' | 'steps' | 'source' | 'params'>): void {
  for (const [index, { name, trigger }] of nameTriggers(spec.on).entries()) {
    const refuse = (path: string, message: string) => {
      const detail = `"spec.on[${index}]${path}" (${name}): ${message}`;
      throw new AppError('manifest_invalid', detail, { path: `spec.on[${index}]${path}` });
    };
    // With a source, the params depend on the commit.
    const unknown = Object.keys(trigger.params).find((param) => spec.source === undefined && !(param in spec.params));
    if (unknown !== undefined) refuse(`.params.${unknown}`, 'the pipeline has no such param.');
    if ('push' in trigger && spec.source === undefined) {
      refuse('.push', 'the pipeline has no "source" for the pushed commit.');
    }
    if ('cron' in trigger) {
      const problem = findCronProblem(trigger);
      if (problem !== null) refuse('.cron', problem);
    }
  }
}

/** Trigger-relevant parts of a pipeline: the events it causes, and the events it waits for. */
export interface Link {
  readonly name: string;
  readonly spec: Pick<PipelineSpec, 'on' | 'steps'>;
}

/**
 * Errors: `manifest_invalid` where a step causes the event of a trigger of the same pipeline, directly or through other
 * pipelines that the trigger chain starts.
 */
export function refuseCircle(link: Link, all: readonly Link[]): void {
  const others = all.filter(({ name }) => name !== link.name);
  for (const [index, trigger] of link.spec.on.entries()) {
    if (!('event' in trigger)) continue;
    const circle = findPath(trigger, link, others);
    if (circle === null) continue;
    const path = `spec.on[${index}].event`;
    const detail =
      circle.length === 1
        ? `"${path}": a step of the pipeline causes this event, so its runs would start endlessly.`
        : `"${path}": pipelines start each other in a cycle (${[...circle, link.name].join(' -> ')}), so their runs would start endlessly.`;
    throw new AppError('manifest_invalid', detail, { path });
  }
}

/** The pipelines by which one causes in the end what a trigger waits for, itself first; null where it does not. */
function findPath(trigger: EventTrigger, from: Link, all: readonly Link[]): string[] | null {
  const ways: Link[][] = [[from]];
  const left = new Set(all);
  for (const way of ways) {
    const last = way.at(-1) ?? from;
    if (isCausedByStep(last.spec, trigger)) return way.map(({ name }) => name);
    for (const next of left) {
      if (!next.spec.on.some((one) => 'event' in one && isCausedByStep(last.spec, one))) continue;
      left.delete(next);
      ways.push([...way, next]);
    }
  }
  return null;
}

function findCronProblem({ cron, timeZone }: CronTrigger): string | null {
  try {
    parseCron(cron, timeZone).next(0);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `"${cron}" in ${timeZone} is not a valid schedule: ${why} The five fields are minute, hour, day, month and weekday, such as "0 3 * * *".`;
  }
}

/** Whether a built-in step causes the event of the trigger: a version of the model, its alias, a decision about it. */
function isCausedByStep({ steps }: Pick<PipelineSpec, 'steps'>, { event }: EventTrigger): boolean {
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

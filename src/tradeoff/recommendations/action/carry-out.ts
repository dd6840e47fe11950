import { stringify } from 'yaml';
import type { Sql } from '../../../platform/store/index.ts';
import type { RecommendationDeps } from '../context.ts';
import type { RecommendedAction } from '../schema.ts';

type Doers = Pick<RecommendationDeps, 'serving' | 'pipelines'>;

/** Carries the action out in the caller's transaction. Returns the reason why it cannot be done, or null. An action for a person changes nothing. */
export async function carryOutAction(
  { serving, pipelines }: Doers,
  sql: Sql,
  action: RecommendedAction,
  cause: string,
): Promise<string | null> {
  switch (action.type) {
    case 'endpoint_replicas': {
      const { endpoint, variant, from, to } = action;
      const made = await serving.changeReplicas(sql, { endpoint, variant, from, to, cause });
      return typeof made === 'string' ? made : null;
    }
    case 'stop_pipeline_run':
      return pipelines.runs.requestStop(sql, action.run, cause);
    case 'by_hand':
      return null;
  }
}

/** Wakes the controller that carries out the action; called after the commit. */
export function wakeController({ serving, pipelines }: Doers, action: RecommendedAction): void {
  if (action.type === 'endpoint_replicas') serving.wake();
  if (action.type === 'stop_pipeline_run') pipelines.runs.wake(action.run);
}

/** The action that reverts this one; null for an irreversible action. */
export function reverseAction(action: RecommendedAction): RecommendedAction | null {
  return action.type === 'endpoint_replicas' ? { ...action, from: action.to, to: action.from } : null;
}

/** Changes of an action, one line each. */
export function describeChanges(action: RecommendedAction): string[] {
  switch (action.type) {
    case 'endpoint_replicas': {
      const { endpoint, variant, from, to } = action;
      return [
        `endpoint ${endpoint}, variant ${variant}: replicas.min ${from.min} -> ${to.min}, replicas.max ${from.max} -> ${to.max}`,
        'a new revision with the same versions gets the traffic immediately; no replica is started for it',
      ];
    }
    case 'stop_pipeline_run':
      return [
        `run ${action.run} of pipeline ${action.pipeline}: it is asked to stop, and killed after its grace period`,
      ];
    case 'by_hand':
      return action.commands;
  }
}

export function describeUndo(action: RecommendedAction): string {
  switch (action.type) {
    case 'endpoint_replicas':
      return `Undo with steelyard recommend undo, or replicas.min ${action.from.min} in the manifest of the endpoint.`;
    case 'stop_pipeline_run':
      return 'A stopped run is not restarted; resume it from the stopped step: steelyard pipeline resume.';
    case 'by_hand':
      return 'Mark it as not done with steelyard recommend undo; this server makes no change itself.';
  }
}

/** The change for the document in the user's repository: without it the next apply would revert the action. */
export function buildManifestChange(action: RecommendedAction): string | null {
  if (action.type === 'by_hand') return action.manifest ?? null;
  if (action.type !== 'endpoint_replicas') return null;
  const { endpoint, variant, to } = action;
  return stringify({
    kind: 'Endpoint',
    metadata: { name: endpoint },
    spec: { variants: { [variant]: { replicas: { ...to } } } },
  });
}

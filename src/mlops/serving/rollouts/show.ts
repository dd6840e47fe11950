import type { Sql } from '../../../platform/store/index.ts';
import type { Deployments } from '../deployments.ts';
import { findRevision } from '../store.ts';
import type { Rollout } from './schema.ts';
import { toRolloutSide } from './side.ts';
import { findRollout } from './store.ts';

/** The canary of an endpoint, in progress or the last; null when there was none. */
export async function readRollout(
  deployments: Pick<Deployments, 'find'>,
  sql: Sql,
  endpoint: string,
): Promise<Rollout | null> {
  const found = await findRollout(sql, endpoint);
  const made = found === null ? null : await findRevision(sql, endpoint, found.revision);
  if (found === null || made === null) return null;
  const { strategy, steps, analysis } = made.spec.rollout;
  const { state, step, stepMs, revision, reason } = found;
  const now = state === 'running' ? steps[step] : undefined;
  const canary = deployments.find(endpoint)?.canary ?? null;
  const here = now !== undefined && canary?.deployment.revision.revision === revision ? canary : null;
  return {
    ...{ revision, strategy, state },
    step: Math.min(steps.length, step + 1),
    steps: steps.length,
    weight: state === 'promoted' ? 100 : (now?.weight ?? 0),
    stepSince: new Date(stepMs).toISOString(),
    stepUntil: now === undefined ? null : new Date(stepMs + now.for).toISOString(),
    reason: here === null ? reason : here.waitsFor(),
    deadline: analysis === undefined ? null : new Date(found.begunMs + analysis.deadline).toISOString(),
    atDeadline: analysis?.atDeadline ?? null,
    checks: [...found.checks],
    live: here === null ? null : toRolloutSide(here.liveSide),
    canary: here === null ? null : toRolloutSide(here.canarySide),
  };
}

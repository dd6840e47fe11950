import { AppError } from '../../../platform/errors/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { noteFailed } from '../store.ts';
import { endRollout, findRollout, type StoredRollout } from './store.ts';

/** Gives a canary all of the traffic. Errors: `endpoint_rollout_not_found`. */
export async function promote(sql: Sql, endpoint: string, actor: string): Promise<void> {
  await endRollout(sql, await requireRunning(sql, endpoint), { state: 'promoted', reason: `promoted by ${actor}` });
}

/** Takes the traffic from a canary. Errors: `endpoint_rollout_not_found`. */
export async function abort(sql: Sql, endpoint: string, actor: string): Promise<void> {
  const reason = `aborted by ${actor}`;
  const rollout = await requireRunning(sql, endpoint);
  await endRollout(sql, rollout, { state: 'aborted', reason });
  await noteFailed(sql, rollout, reason);
}

async function requireRunning(sql: Sql, endpoint: string): Promise<StoredRollout> {
  const found = await findRollout(sql, endpoint);
  if (found?.state === 'running') return found;
  throw new AppError('endpoint_rollout_not_found', `Endpoint "${endpoint}" has no canary in progress.`, { endpoint });
}

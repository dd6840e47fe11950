import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../platform/errors/index.ts';
import type { Executor, Work } from '../compute/index.ts';
import type { DriveDeps, DrivenRun } from './context.ts';
import { isOver } from './schema.ts';
import type { StoredStep } from './store.ts';
import { workId } from './work.ts';

/** Milliseconds until the next request to an engine that was unreachable, or had no capacity. */
export const LATER_MS = 5_000;

/** Whether an engine was unreachable: the state of its work is unknown, and the work may run. */
export function isAway(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'executor_unreachable';
}

/**
 * Calls an engine, with retries while it is unreachable. Null: this server releases the run before the engine answers.
 * `away`: called at the first failure, with one sentence.
 */
export async function retryUntilReached<T>(
  { log }: Pick<DriveDeps, 'log'>,
  letGo: AbortSignal,
  act: () => Promise<T>,
  away: (why: string) => Promise<void> = async () => undefined,
): Promise<{ readonly answer: T } | null> {
  for (let tries = 0; !letGo.aborted; tries += 1) {
    try {
      return { answer: await act() };
    } catch (error) {
      if (!isAway(error)) throw error;
      log.warn({ err: error }, 'an engine is unreachable; retry follows');
      if (tries === 0) await away(error.message);
      await pause(LATER_MS, undefined, { signal: letGo, ref: false }).catch(() => undefined);
    }
  }
  return null;
}

type FinishedWork = Pick<Work, 'id' | 'folder'>;

/** Removes the remains of an ended attempt, first from the engine: while the folder exists, the next server knows that the cleanup is incomplete. */
export async function removeWork(
  deps: DriveDeps,
  letGo: AbortSignal,
  executor: Executor,
  work: FinishedWork,
): Promise<void> {
  await deps.endAccess(work.id);
  try {
    if ((await retryUntilReached(deps, letGo, () => executor.remove(work))) === null) return;
  } catch (error) {
    // The outcome of the attempt is stored and does not change.
    deps.log.error({ err: error, work: work.id }, 'cannot remove finished work from its engine');
  }
  await rm(work.folder, { recursive: true, force: true });
  deps.workSecrets.forget(work.id);
}

/** Removes the remains of attempts whose end an earlier server had stored, and of no others. */
export async function removeEarlierWork(deps: DriveDeps, driven: DrivenRun): Promise<void> {
  const left = [...driven.steps.values()].flatMap((step) =>
    listEndedAttempts(step).map((attempt) => workId(driven, step, attempt)),
  );
  const works = left
    .map((id) => ({ id, folder: join(deps.workFolder, id) }))
    .filter(({ folder }) => existsSync(folder));
  if (works.length === 0) return;
  const executor = deps.executorOf(driven.run.spec.engine);
  await Promise.all(works.map((work) => removeWork(deps, driven.letGo, executor, work)));
}

/** Numbers of the ended attempts of a step, without the running one. */
function listEndedAttempts({ attempt, state }: StoredStep): number[] {
  const last = isOver(state) || state === 'waiting' ? attempt : attempt - 1;
  return Array.from({ length: Math.max(0, last) }, (_, index) => index + 1);
}

import { z } from 'zod';
import { AppError } from '../errors/index.ts';

/** The error of a query as Trino states it. */
export const QueryError = z.object({
  message: z.string().default('no message'),
  errorName: z.string().default('UNKNOWN'),
  errorType: z.string().default('INTERNAL_ERROR'),
});
export type QueryError = z.infer<typeof QueryError>;

const MEMORY = /MEMORY/;
/** A coordinator that starts or stops answers a statement with one of these. */
const NOT_READY: ReadonlySet<string> = new Set(['SERVER_STARTING_UP', 'SERVER_SHUTTING_DOWN', 'NO_NODES_AVAILABLE']);
/** Messages of Trino may quote a whole statement. */
const MESSAGE_LENGTH = 500;

export function createQueryFailure(error: QueryError, queryId: string): AppError {
  const { errorName, errorType, message } = error;
  const shown = message.length > MESSAGE_LENGTH ? `${message.slice(0, MESSAGE_LENGTH)}…` : message;
  const context = { errorName, errorType, message: shown, queryId };
  if (NOT_READY.has(errorName))
    return new AppError('trino_unreachable', `Trino is not ready (${errorName}): ${shown}. Retry later.`, context);
  if (errorName === 'PERMISSION_DENIED')
    return new AppError('trino_refused', `Trino denies the access: ${shown}. Grant it to the user of lakeTrinoUser.`, {
      ...context,
    });
  return new AppError('trino_failed', describeFailure(errorName, errorType, shown, queryId), context);
}

function describeFailure(errorName: string, errorType: string, message: string, queryId: string): string {
  if (errorType === 'USER_ERROR') return `Trino cannot run the statement (${errorName}): ${message}.`;
  if (MEMORY.test(errorName))
    return `Trino reached its memory limit (${errorName}). Query a shorter period, or raise query.max-memory-per-node.`;
  if (errorType === 'INSUFFICIENT_RESOURCES')
    return `Trino reached a resource limit (${errorName}): ${message}. Retry later, or raise the limit in Trino.`;
  return `Trino failed while it ran the statement (${errorName}): ${message}. Find query ${queryId} in its log.`;
}

export function createUnreachable(url: string, reason: string, cause?: unknown): AppError {
  const detail = `Trino at ${url} does not respond: ${reason}. Check lakeTrinoUrl and the coordinator.`;
  return new AppError('trino_unreachable', detail, { url, reason }, { cause });
}

export function createRefused(url: string, status: number, user: string): AppError {
  const detail = `Trino at ${url} refuses the user "${user}" with status ${status}. Check lakeTrinoUser and lakeTrinoPassword.`;
  return new AppError('trino_refused', detail, { url, status, user });
}

export function createUnreadable(url: string, reason: string, cause?: unknown): AppError {
  const detail = `The response of ${url} is not one of Trino's client protocol: ${reason}. Check lakeTrinoUrl.`;
  return new AppError('trino_failed', detail, { url, reason }, { cause });
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AppError, type ErrorCode, errorTable } from '../../platform/errors/index.ts';
import { toAppError } from '../../platform/http/problem.ts';
import { MlflowError, type MlflowErrorCode, mlflowStatus } from './errors.ts';

/** Our codes that a platform part may throw under an MLflow route and that their status alone does not translate. */
const translated: Partial<Record<ErrorCode, MlflowErrorCode>> = {
  route_not_found: 'ENDPOINT_NOT_FOUND',
  store_unreachable: 'TEMPORARILY_UNAVAILABLE',
  bucket_unreachable: 'TEMPORARILY_UNAVAILABLE',
  server_lease_lost: 'TEMPORARILY_UNAVAILABLE',
  server_stopping: 'TEMPORARILY_UNAVAILABLE',
};

const byStatus: Readonly<Record<number, MlflowErrorCode>> = {
  400: 'INVALID_PARAMETER_VALUE',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
  409: 'RESOURCE_CONFLICT',
  413: 'INVALID_PARAMETER_VALUE',
  415: 'INVALID_PARAMETER_VALUE',
  429: 'REQUEST_LIMIT_EXCEEDED',
  507: 'RESOURCE_EXHAUSTED',
};

/** Answer of MLflow's server for any path that leaves its folder. Clients compare this exact text. */
const INVALID_PATH = 'Invalid path';

/**
 * Answers any failure under an MLflow route in MLflow's shape. Clients retry 429 and most of 5xx for two minutes, so a
 * user's mistake is always 4xx, and a full disk keeps its own status (507), which they do not retry.
 */
export function replyWithMlflowError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toAppError(error);
  const { errorCode, status } = toMlflowMeaning(known);
  if (known.meaning.status >= 500) {
    request.log.error({ err: known.cause ?? error, requestId: request.id }, known.message);
  }
  return reply
    .status(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ error_code: errorCode, message: buildMessage(known, request.id) }));
}

function buildMessage(error: AppError, requestId: string): string {
  if (error.code === 'object_path_invalid') return INVALID_PATH;
  return error.code === 'internal' ? `${error.message} (request id ${requestId})` : error.message;
}

function toMlflowMeaning(error: AppError): { errorCode: MlflowErrorCode; status: number } {
  if (error instanceof MlflowError) return { errorCode: error.errorCode, status: mlflowStatus[error.errorCode] };
  const { status } = errorTable[error.code];
  const errorCode = translated[error.code] ?? byStatus[status] ?? 'INTERNAL_ERROR';
  return { errorCode, status: status === 415 ? mlflowStatus[errorCode] : status };
}

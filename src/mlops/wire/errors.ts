import { AppError, type ErrorCode } from '../../platform/errors/index.ts';

/** MLflow's error codes with the HTTP status that its clients expect of each (mlflow/exceptions.py). */
export const mlflowStatus = {
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  RESOURCE_EXHAUSTED: 429,
  REQUEST_LIMIT_EXCEEDED: 429,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_DOES_NOT_EXIST: 404,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  RESOURCE_CONFLICT: 409,
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
} as const satisfies Record<string, number>;

export type MlflowErrorCode = keyof typeof mlflowStatus;

/**
 * An expected failure that also has a name in MLflow's protocol. Other modules see the `AppError` that it extends; the
 * wire answers `errorCode` with the status of MLflow's table.
 */
export class MlflowError extends AppError {
  readonly errorCode: MlflowErrorCode;

  constructor(errorCode: MlflowErrorCode, detail: string, code: ErrorCode) {
    super(code, detail);
    this.name = 'MlflowError';
    this.errorCode = errorCode;
  }
}

export function buildInvalidParameter(detail: string, code: ErrorCode = 'invalid_request'): MlflowError {
  return new MlflowError('INVALID_PARAMETER_VALUE', detail, code);
}

export function buildInvalidFilter(detail: string): MlflowError {
  return buildInvalidParameter(detail, 'search_filter_invalid');
}

export function buildDoesNotExist(detail: string, code: ErrorCode = 'object_not_found'): MlflowError {
  return new MlflowError('RESOURCE_DOES_NOT_EXIST', detail, code);
}

export function buildAlreadyExists(detail: string): MlflowError {
  return new MlflowError('RESOURCE_ALREADY_EXISTS', detail, 'invalid_request');
}

import type { Problem } from '../contract/schema.ts';
import { AppError, type ErrorCode, errorTable, readSystemCode } from '../errors/index.ts';

/** Converts any thrown value to an `AppError`: a bug stays opaque, a full disk is named, Fastify's own errors keep their meaning. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const system = readSystemCode(error);
  if (system === 'ENOSPC' || system === 'EDQUOT') {
    return new AppError(
      'storage_full',
      'The disk of the data folder is full. Free space and retry.',
      {},
      { cause: error },
    );
  }
  const code = fastifyCodes[system ?? ''];
  if (code !== undefined) return new AppError(code, error instanceof Error ? error.message : errorTable[code].title);
  return new AppError(
    'internal',
    'Internal error in Steelyard. Find the cause by the request id in the log.',
    {},
    { cause: error },
  );
}

const fastifyCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
  FST_ERR_BAD_URL: 'invalid_request',
};

/** Problem details (RFC 9457) of an error. */
export function toProblemDetails(error: AppError, requestId: string): Problem {
  return {
    ...error.context,
    type: `/api/docs#error-${error.code}`,
    title: error.meaning.title,
    status: error.meaning.status,
    code: error.code,
    detail: error.message,
    requestId,
  };
}

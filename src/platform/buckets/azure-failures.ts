import { isRestError, type RestError } from '@azure/storage-blob';
import { AppError } from '../errors/index.ts';
import {
  createAccessDenied,
  createBucketNotFound,
  createObjectChanged,
  createObjectNotFound,
  createUnreachable,
  describeNetworkError,
} from './failures.ts';

const REPEATABLE_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const READER = 'the role "Storage Blob Data Reader", or a SAS with read and list';

/**
 * Error codes of Azure, with the remedy for each; `{right}` is the required permission. Codes: "Common REST API error codes", "Blob
 * Storage error codes".
 */
const REFUSALS: Readonly<Record<string, string>> = {
  AuthorizationFailure: "the network rules or the token deny access; allow this server's address and {right}.",
  AuthorizationPermissionMismatch: 'the credentials are accepted but lack a permission; grant {right}.',
  AuthorizationServiceMismatch: 'the SAS token is for another service; grant {right}.',
  AuthorizationResourceTypeMismatch: 'the SAS token lacks containers or objects; grant {right}.',
  AuthorizationProtocolMismatch: 'the SAS token requires https; use an https address.',
  AuthorizationSourceIPMismatch: "the SAS token does not allow this server's address; create another one.",
  InsufficientAccountPermissions: 'the credentials are accepted but lack a permission; grant {right}.',
  KeyBasedAuthenticationNotPermitted:
    'the account accepts neither keys nor SAS tokens signed by keys; use an identity.',
  NoAuthenticationInformation: 'the credentials are missing; name a SAS token, or give the server an identity.',
  PublicAccessNotPermitted: 'the credentials are missing; name a SAS token, or give the server an identity.',
  AccountIsDisabled: 'the account is disabled; its owner must enable it.',
  BlobArchived: 'the object is archived; rehydrate it to an online tier.',
};

/** Whether a retry may succeed: throttling, a server error, a broken connection or listing. */
export function isAzureRetryable(error: unknown): boolean {
  if (!isRestError(error)) return false;
  if (error.statusCode !== undefined && error.statusCode >= 300) return REPEATABLE_STATUS.has(error.statusCode);
  return error.code === 'REQUEST_SEND_ERROR' || error.code === 'PARSE_ERROR' || describeNetworkError(error) !== null;
}

/**
 * Converts an error of the SDK to an actionable message. `key` is the requested object, null for the container
 * itself; `right` is the permission that the credentials need.
 */
export function toAzureFailure(error: unknown, shown: string, key: string | null, right: string = READER): AppError {
  if (error instanceof AppError) return error;
  if (!isRestError(error)) return toNoAnswerFailure(error, shown);
  const { statusCode: status } = error;
  const code = readErrorCode(error);
  const refusal = isNotAuthentic(error) ? explainAuthenticationFailure(error) : REFUSALS[code];
  if (refusal !== undefined) return createAccessDenied(shown, refusal.replace('{right}', right), error);
  if (code === 'ContainerNotFound' || code === 'ContainerBeingDeleted') return createBucketNotFound(shown);
  if (status === 404) return key === null ? createBucketNotFound(shown) : createObjectNotFound(key, shown);
  if (key !== null && (status === 412 || status === 416)) return createObjectChanged(key);
  if (status === 401 || status === 403)
    return createAccessDenied(shown, `the credentials lack a permission; grant ${right}.`, error);
  return createUnreachable(shown, describeAzureAnswer(status, code), error);
}

/** An answer without a body has its code in a header alone. */
function readErrorCode({ code, response }: RestError): string {
  return code ?? response?.headers.get('x-ms-error-code') ?? '';
}

/** Errors without a response: of the identity library, of the deadline, of the client. */
function toNoAnswerFailure(error: unknown, shown: string): AppError {
  const name = error instanceof Error ? error.name : '';
  if (/Credential|Authentication/.test(name)) {
    const what =
      'the credentials are missing: no identity was found in the environment, the machine or a signed-in tool; name a ' +
      'SAS token, or give the server an identity.';
    return createAccessDenied(shown, what, error);
  }
  return createUnreachable(shown, name === 'AbortError' ? 'did not respond in time' : 'could not be reached', error);
}

/** The emulator uses another code with the same text. */
function isNotAuthentic({ statusCode, code, message }: RestError): boolean {
  if (code === 'AuthenticationFailed' || code === 'InvalidAuthenticationInfo') return true;
  return statusCode === 403 && message.startsWith('Server failed to authenticate');
}

/** Azure has one code for all of these causes. A SAS token has its expiry in `se`, compared with the clock of Azure's server. */
function explainAuthenticationFailure(error: RestError): string {
  const { request, response } = error;
  const end = request === undefined ? null : new URL(request.url).searchParams.get('se');
  const ended = end !== null && Date.parse(end) <= Date.parse(response?.headers.get('date') ?? '');
  if (ended) return `the SAS token has expired (${end}); replace it with a new one.`;
  if (end !== null)
    return 'the SAS token is wrong: its signature is invalid; copy the whole token, or create a new one.';
  return request?.headers.get('authorization')?.startsWith('Bearer ') === true
    ? 'the identity is wrong: the account does not accept the issuer of its token; check tenant and account.'
    : 'the account key or the clock of this server is wrong; check both.';
}

function describeAzureAnswer(status: number | undefined, code: string): string {
  if (status === 429 || code === 'ServerBusy') return 'throttled all retries';
  if (status !== undefined && status >= 300) return `answered ${status} ${code}`.trimEnd();
  return status === undefined ? 'could not be reached' : 'did not respond like Azure Blob; check its address';
}

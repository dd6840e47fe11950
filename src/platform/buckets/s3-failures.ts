import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '../errors/index.ts';
import {
  createAccessDenied,
  createBucketNotFound,
  createObjectChanged,
  createObjectNotFound,
  createUnreachable,
  redactKeys,
} from './failures.ts';

/** Error codes of S3 and STS, with the remedy for each. Codes: AWS, "Error responses" of S3; "Common errors" of STS. */
const REFUSALS: Readonly<Record<string, string>> = {
  ExpiredToken: 'the credentials have expired; renew the session, then retry.',
  ExpiredTokenException: 'the credentials have expired; renew the session, then retry.',
  TokenRefreshRequired: 'the credentials have expired; renew the session, then retry.',
  RequestExpired: 'the credentials have expired; renew the session, then retry.',
  InvalidAccessKeyId: 'the access key id is unknown to the service; check the credentials.',
  InvalidClientTokenId: 'the access key id is unknown to the service; check the credentials.',
  SignatureDoesNotMatch: 'the secret access key is wrong for its access key id; check the credentials.',
  InvalidToken: 'the session token is wrong; check the credentials.',
  UnrecognizedClientException: 'the credentials are wrong; check access key id and session token.',
  RequestTimeTooSkewed: 'the clock of this server is wrong, so that signatures are invalid; set it by NTP.',
  CredentialsProviderError:
    'the credentials are missing: none in the environment, a profile or the machine; configure them.',
  InvalidObjectState: 'the object is archived; restore it, or exclude it from the archive rule.',
};

/**
 * Converts an error of the SDK to an actionable message. `key` is the requested object, null for the bucket
 * itself; `right` is the permission that the policy needs.
 */
export function toS3Failure(
  error: unknown,
  shown: string,
  key: string | null,
  right: string = key === null ? 's3:ListBucket' : 's3:GetObject (and s3:ListBucket, to detect missing objects)',
): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return createUnreachable(shown, 'failed', error);
  const refusal = REFUSALS[error.name];
  if (refusal !== undefined) return createAccessDenied(shown, refusal, error);
  const status = readHttpStatus(error);
  if (error.name === 'NoSuchBucket') return createBucketNotFound(shown);
  if (status === 404) return key === null ? createBucketNotFound(shown) : createObjectNotFound(key, shown);
  if (key !== null && (status === 412 || status === 416)) return createObjectChanged(key);
  if (status === 401 || status === 403) return createAccessDenied(shown, describeMissingRight(error, right), error);
  return createUnreachable(shown, describeS3Answer(error, status), error);
}

/** The message of AWS names the caller, the action and the resource, which the owner of the policy needs. */
function describeMissingRight(error: Error, right: string): string {
  const said = /\bnot authorized\b/.test(error.message) ? ` Message: "${redactKeys(error.message)}".` : '';
  return `the credentials are accepted but lack a permission; allow ${right}.${said}`;
}

function describeS3Answer(error: Error, status: number | null): string {
  if (error.name === 'AbortError') return 'did not respond in time';
  if (status === 429 || error.name === 'SlowDown') return 'throttled all retries';
  if (status === 301 || status === 307) return 'is in another region; set `region` to it';
  if (status !== null && status >= 300) return `answered ${status} ${error.name}`;
  return status === null ? 'could not be reached' : 'did not respond like S3; check `endpoint`';
}

function readHttpStatus(error: Error): number | null {
  if (error instanceof S3ServiceException) return error.$metadata.httpStatusCode ?? null;
  const metadata = '$metadata' in error ? error.$metadata : null;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}

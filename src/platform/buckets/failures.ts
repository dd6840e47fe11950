import { AppError, readSystemCode } from '../errors/index.ts';
import { shorten } from './keys.ts';

export function createObjectNotFound(key: string, shown: string): AppError {
  return new AppError('bucket_object_not_found', `There is no object "${shorten(key)}" in ${shown}; list it again.`, {
    key,
    bucket: shown,
  });
}

export function createObjectChanged(key: string): AppError {
  const detail = `"${shorten(key)}" changed since it was listed, or during the read; list again and read the new version.`;
  return new AppError('bucket_object_changed', detail, { key });
}

export function createBucketNotFound(shown: string): AppError {
  return new AppError('bucket_not_found', `There is no ${shown}; check its name, its account and its region.`, {
    bucket: shown,
  });
}

/** `what` completes "<bucket> refused the credentials: …" and ends with the next step for the user. */
export function createAccessDenied(shown: string, what: string, cause: unknown): AppError {
  return new AppError('bucket_access_denied', `${shown}: ${what}`, { bucket: shown }, { cause: redactCause(cause) });
}

/** `what` completes "<bucket> …", in the past tense: "did not respond". Thrown after the retries. */
export function createUnreachable(shown: string, what: string, cause: unknown): AppError {
  const why = describeNetworkError(cause);
  const detail = `${shown} ${what}${why === null ? '' : ` (${why})`}; check address and network, or retry later.`;
  return new AppError('bucket_unreachable', detail, { bucket: shown }, { cause: redactCause(cause) });
}

/** System error code such as `ECONNREFUSED`, of the error or of its cause; null when it is not a network error. */
export function describeNetworkError(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = readSystemCode(error);
  return code !== null && /^E[A-Z_]+$/.test(code) ? code : describeNetworkError(error.cause);
}

/**
 * The errors of the SDKs carry requests, signatures, access key ids and signed URLs as properties, which a log would show.
 * The copy keeps only the name and the one-line message, without anything that looks like a key or a signature.
 */
export function redactCause(cause: unknown): Error | undefined {
  if (!(cause instanceof Error)) return undefined;
  const plain = new Error(`${cause.name}: ${redactKeys(cause.message)}`);
  plain.stack = plain.message; // the original stack begins with the original message
  return plain;
}

/** First line of a server message (which may not be text), without access key ids, signatures and tokens. */
export function redactKeys(said: unknown): string {
  return (String(said).split('\n')[0] ?? '')
    .replace(/\b(A[KS]IA|A[A-Z]{3})[A-Z0-9]{12,}\b/g, '[redacted]')
    .replace(/\b(sig|signature|x-amz-[a-z-]+|accountkey|sharedaccesssignature)=[^&;\s"']+/gi, '$1=[redacted]')
    .replace(/\b[A-Za-z0-9+/_-]{40,}={0,2}/g, (run) => (isRandom(run) ? '[redacted]' : run))
    .slice(0, 300);
}

/** Keys and tokens mix cases and digits; long names of resources mostly do not. */
function isRandom(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
}

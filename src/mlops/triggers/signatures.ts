import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/**
 * GitHub's `X-Hub-Signature-256`: `sha256=` and the HMAC-SHA256 of the body in hexadecimal, compared in constant time.
 * Example: signedByGithub('s', '{}', `sha256=${hmac('s', '{}')}`) -> true.
 */
export function verifyGithubSignature(secret: string, body: Buffer, header: string | null): boolean {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  const expected = createHmac('sha256', secret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(hex ?? '00'.repeat(32), 'hex')) && hex !== undefined;
}

/** GitLab's `X-Gitlab-Token` is the secret itself; it is compared by digest, so that its length shows nothing. */
export function verifyGitlabToken(secret: string, header: string | null): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(secret), digest(header ?? '')) && header !== null;
}

/** A signing token of GitLab; another secret is its older token. */
export const SIGNING_TOKEN = /^whsec_([A-Za-z0-9+/_-]+=*)$/;

/** Maximum clock difference in milliseconds; a signed delivery can be resent for this long. */
const TOLERANCE_MS = 5 * 60_000;

/** Headers of Standard Webhooks. */
export interface StandardHeaders {
  readonly id: string | null;
  /** Whole seconds since the Unix epoch. */
  readonly timestamp: string | null;
  /** One or more of `v1,` and base64, with blanks between. */
  readonly signature: string | null;
}

/**
 * GitLab's signing token (Standard Webhooks): HMAC-SHA256 over `<id>.<timestamp>.<body>` with the bytes that the token is the base64
 * of; at most five minutes from `now` (Unix milliseconds).
 */
export function verifyGitlabSignature(token: string, body: Buffer, headers: StandardHeaders, now: number): boolean {
  const [, key = ''] = SIGNING_TOKEN.exec(token) ?? [];
  const { id, timestamp, signature } = headers;
  const whole = id !== null && signature !== null && timestamp !== null && /^\d{1,12}$/.test(timestamp);
  const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.`).update(body).digest();
  const given = (signature ?? '').split(' ').slice(0, 10).map(parseSignature);
  const right = given.map((bytes) => timingSafeEqual(expected, bytes)).includes(true);
  return right && whole && key !== '' && Math.abs(now - Number(timestamp) * 1000) <= TOLERANCE_MS;
}

function parseSignature(text: string): Buffer {
  const bytes = Buffer.from(/^v1,([A-Za-z0-9+/]+=*)$/.exec(text)?.[1] ?? '', 'base64');
  return bytes.length === 32 ? bytes : Buffer.alloc(32);
}

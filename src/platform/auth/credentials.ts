import type { FastifyRequest } from 'fastify';

/** Credentials of a request. */
export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly secret: string }
  | { readonly kind: 'basic'; readonly name: string; readonly secret: string }
  | { readonly kind: 'session'; readonly secret: string }
  | { readonly kind: 'malformed' };

export const SESSION_COOKIE = 'steelyard_session';

/** Maximum length of the header; longer ones are ignored. */
const LONGEST = 4096;

/** Reads `Authorization` (MLflow clients send Basic or Bearer), else the cookie of the web app. */
export function readCredentials(request: Pick<FastifyRequest, 'headers'>): Credentials {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) return parseAuthorization(authorization);
  const secret = cookie === undefined ? undefined : readCookie(cookie, SESSION_COOKIE);
  return secret === undefined ? { kind: 'none' } : { kind: 'session', secret };
}

function parseAuthorization(authorization: string): Credentials {
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(authorization.slice(0, LONGEST)) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', secret: value };
  if (scheme.toLowerCase() !== 'basic') return { kind: 'malformed' };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0
    ? { kind: 'malformed' }
    : { kind: 'basic', name: text.slice(0, colon), secret: text.slice(colon + 1) };
}

export function readCookie(header: string, name: string): string | undefined {
  const pair = header.split(';').find((part) => part.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}

/** The cookie of a session. `Secure` where the browser came by https; a proxy in front ends TLS. */
export function buildSessionCookie(secret: string, maxAgeSeconds: number, secure: boolean): string {
  const parts = [`${SESSION_COOKIE}=${secret}`, 'Path=/', `Max-Age=${maxAgeSeconds}`, 'HttpOnly', 'SameSite=Strict'];
  return [...parts, ...(secure ? ['Secure'] : [])].join('; ');
}

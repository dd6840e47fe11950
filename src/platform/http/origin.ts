import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors/index.ts';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.toLowerCase());
}

/** `example.org:80` -> `example.org`; `[::1]:80` -> `[::1]`. */
function parseHostName(authority: string): string {
  return authority.replace(/:\d+$/, '').toLowerCase();
}

/**
 * Refuses requests that a web page on another site could have caused: a Host that does not belong to this server (DNS rebinding) and a
 * cross-origin Origin. Clients other than browsers send no Origin.
 */
export function checkHostAndOrigin(request: FastifyRequest, allowedHosts: ReadonlySet<string>): void {
  const authority = request.headers.host ?? '';
  const host = parseHostName(authority);
  if (!isLoopback(host) && !allowedHosts.has(host)) {
    throw new AppError(
      'host_not_allowed',
      'Invalid Host header. Add the name to the setting allowedHosts if it is yours.',
      {
        host,
      },
    );
  }
  const { origin } = request.headers;
  const fetchSite = request.headers['sec-fetch-site'];
  if (origin !== undefined && !isSameOrigin(origin, authority)) {
    throw new AppError(
      'origin_not_allowed',
      `Cross-origin request blocked: a page of ${origin} cannot call this server.`,
      { origin },
    );
  }
  if (fetchSite === 'cross-site' && request.method !== 'GET') {
    throw new AppError(
      'origin_not_allowed',
      'Cross-origin request blocked: a page of another site cannot write to this server.',
    );
  }
}

/** Whether an Origin names the server that the Host names; a proxy may have ended TLS, so the scheme does not count. */
export function isSameOrigin(origin: string, authority: string): boolean {
  try {
    return new URL(origin).host === authority.toLowerCase();
  } catch {
    return false; // "null" and anything that is no URL is another origin
  }
}

import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../platform/config/index.ts';
import { isLoopback } from '../platform/http/index.ts';

/** URL for processes on this machine; a server on all addresses also listens on loopback. null: the port is not known yet. */
export function findLocalUrl({ host, port }: Config, http: FastifyInstance | null): string | null {
  const bound = http?.server.address() ?? null;
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return boundPort === 0 ? null : `http://${name.includes(':') ? `[${name}]` : name}:${boundPort}`;
}

/** Allowed Host names: the listening address is one, unless it is a wildcard address. */
export function listAllowedHosts({ allowedHosts, host, publicUrl }: Config): string {
  const own = isLoopback(host) || host === '0.0.0.0' || host === '::' ? [] : [host];
  return [allowedHosts, ...own, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])].join(',');
}

/** `dist/web` next to the sources in a checkout, `web` next to the built server in a package. */
export function findWebBundle(): string {
  const place = import.meta.filename.endsWith('.ts') ? '../../dist/web' : '../web';
  return fileURLToPath(new URL(place, import.meta.url));
}

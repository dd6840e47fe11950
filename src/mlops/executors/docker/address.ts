import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { AppError } from '../../../platform/errors/index.ts';

/** Address of a Docker Engine, and the client certificates for it. */
export interface DaemonAddress {
  /** `unix:///var/run/docker.sock` or `tcp://host:port`. */
  readonly address: string;
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`, for TLS in both directions; null without TLS. */
  readonly certificates: string | null;
}

/** The same address as options of `node:http` and `node:https`. */
export type Connection =
  | { readonly protocol: 'http'; readonly socketPath: string }
  | { readonly protocol: 'http'; readonly host: string; readonly port: number }
  | ({ readonly protocol: 'https'; readonly host: string; readonly port: number } & Certificates);

interface Certificates {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * Connection to the engine. Access to an engine is root access to its machine, so a remote engine requires TLS.
 * Errors: `config_invalid`.
 */
export function buildConnection({ address, certificates }: DaemonAddress): Connection {
  const url = new URL(address);
  if (url.protocol === 'unix:') return { protocol: 'http', socketPath: decodeURIComponent(url.pathname) };
  const place = { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port) };
  if (certificates !== null) return { protocol: 'https', ...place, ...readCertificates(certificates) };
  if (isLoopback(place.host)) return { protocol: 'http', ...place };
  const detail = `The Docker Engine at ${address} is on another machine, which requires TLS. Set dockerCertificates to the folder of the certificates.`;
  throw new AppError('config_invalid', detail, { setting: 'docker' });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function readCertificates(folder: string): Certificates {
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name));
    } catch (error) {
      const detail = `The file ${join(folder, name)} cannot be read. Set dockerCertificates to a folder with ca.pem, cert.pem and key.pem.`;
      throw new AppError('config_invalid', detail, { setting: 'dockerCertificates' }, { cause: error });
    }
  };
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}

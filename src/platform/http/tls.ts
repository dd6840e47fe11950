import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { AppError, readSystemCode } from '../errors/index.ts';
import type { Log } from '../telemetry/index.ts';

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The server for TLS, beside the plain one that only listens on loopback then. */
export interface TlsListener {
  /** Error: EADDRINUSE and other system errors. */
  listen(host: string, port: number): Promise<number>;
  /** Port; null: it does not listen. */
  port(): number | null;
  /**
   * Reads the files again if they changed. New connections get the new certificate, and open ones go on. A file that cannot be used is
   * logged, and the present certificate stays. True: there is a new one.
   */
  reload(): boolean;
  /** Closes idle connections now, and the others when their answer is complete, at the latest after the grace. */
  close(graceMs: number): Promise<void>;
}

const MIN_VERSION = 'TLSv1.2';
const CHECK_EVERY_MS = 10_000;

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Error: `config_invalid` where the files cannot be used. */
export function createTlsListener(files: TlsFiles, log: Log, handler: RequestListener): TlsListener {
  let current = readPair(files);
  logCertificate(log, current);
  const server = createServer({ ...current, minVersion: MIN_VERSION }, handler);
  const reload = (): boolean => {
    try {
      const next = readPair(files);
      if (next.cert.equals(current.cert) && next.key.equals(current.key)) return false;
      server.setSecureContext({ ...next, minVersion: MIN_VERSION });
      current = next;
      logCertificate(log, next);
      return true;
    } catch (error) {
      log.error({ err: error }, 'the certificate could not be reloaded; the present one stays in use');
      return false;
    }
  };
  // Reading instead of watching: files of a mounted secret are replaced through links.
  const checking = setInterval(reload, CHECK_EVERY_MS);
  checking.unref();
  return {
    reload,
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    port: () => (server.address() as AddressInfo | null)?.port ?? null,
    async close(graceMs) {
      clearInterval(checking);
      const late = setTimeout(() => server.closeAllConnections(), graceMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      clearTimeout(late);
    },
  };
}

/** Error: `config_invalid`. */
function readPair({ certFile, keyFile }: TlsFiles): Pair {
  const cert = readPem(certFile, 'tlsCertFile');
  const key = readPem(keyFile, 'tlsKeyFile');
  const certificate = parsePem(certFile, 'tlsCertFile', () => new X509Certificate(cert));
  const privateKey = parsePem(keyFile, 'tlsKeyFile', () => createPrivateKey(key));
  if (certificate.checkPrivateKey(privateKey)) return { cert, key };
  throw new AppError(
    'config_invalid',
    `The key in ${keyFile} (tlsKeyFile) does not belong to the certificate in ${certFile} (tlsCertFile).`,
    { setting: 'tlsKeyFile' },
  );
}

function readPem(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const why = readSystemCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read (${readSystemCode(cause)})`;
    throw new AppError('config_invalid', `The file ${path} (${setting}) ${why}.`, { setting }, { cause });
  }
}

function parsePem<T>(path: string, setting: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const kind = setting === 'tlsCertFile' ? 'certificate' : 'private key without a passphrase';
    throw new AppError(
      'config_invalid',
      `The file ${path} (${setting}) has no ${kind} in PEM.`,
      { setting },
      { cause },
    );
  }
}

function logCertificate(log: Log, { cert }: Pair): void {
  const { subject, subjectAltName, validTo } = new X509Certificate(cert);
  const facts = { subject, subjectAltName, validTo };
  if (Date.parse(validTo) <= Date.now()) log.warn(facts, 'the certificate of the server is expired');
  else log.info(facts, 'the certificate of the server');
}

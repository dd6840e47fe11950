import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../cli/program.ts';
import { capturedIo, steelyard, temporaryFolder } from '../../cli/testing.ts';

const folder = temporaryFolder();
const certFile = join(folder, 'tls.crt');
const keyFile = join(folder, 'tls.key');

/** Replaces the certificate by a new one with this name. */
function makeCertificate(name: string, cert = certFile, key = keyFile): void {
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const made = ['-keyout', key, '-out', cert, '-subj', `/CN=${name}`, '-addext', names];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', ...made], {
    stdio: 'ignore',
  });
}

describe('TLS in the server', () => {
  const data = join(folder, 'data');
  const environment = {
    ...{ STEELYARD_TLS_CERT_FILE: certFile, STEELYARD_TLS_KEY_FILE: keyFile },
    STEELYARD_LOG_LEVEL: 'silent',
  };
  const { io, written, firstOutput, stop } = capturedIo(environment);
  let hangup = (): void => undefined;
  let ended: Promise<number>;
  let url = '';
  beforeAll(async () => {
    makeCertificate('first');
    const withHangup = {
      ...io,
      onHangup: (listener: () => void) => {
        hangup = listener;
        return { [Symbol.dispose]: () => undefined };
      },
    };
    ended = main(['serve', '--port', '0', '--data', data, '--json'], withHangup);
    await Promise.race([firstOutput, ended]);
    url = (JSON.parse(written.out) as { url: string }).url;
  });
  afterAll(async () => {
    stop('SIGTERM');
    expect(await ended).toBe(0);
  });

  const keptOpen = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 1 });
  const alone = () => new Agent({ rejectUnauthorized: false });
  const ask = (path: string, agent: Agent) =>
    new Promise<{ status: number; name: string; headers: Record<string, unknown> }>((resolve, reject) => {
      get(`${url}${path}`, { agent }, (response) => {
        const { subject } = (response.socket as TLSSocket).getPeerCertificate();
        response
          .resume()
          .on('end', () =>
            resolve({ status: response.statusCode ?? 0, name: String(subject.CN), headers: response.headers }),
          );
      }).on('error', reject);
    });

  it('answers by https with HSTS, and keeps commands of this machine on loopback', async () => {
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const { status, name, headers } = await ask('/health', alone());
    expect([status, name, headers['strict-transport-security']]).toEqual([200, 'first', 'max-age=31536000']);
    await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow();
    const file = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { url: string };
    expect(file.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(file.url).not.toContain(new URL(url).port);
    expect((await steelyard(['team', 'list', '--data', data])).code).toBe(0);
  });

  it('refuses TLS 1.1 and accepts 1.2', async () => {
    const negotiate = (version: 'TLSv1.1' | 'TLSv1.2') =>
      new Promise<string>((resolve) => {
        const { port } = new URL(url);
        const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
        const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ...options }, () => {
          resolve(socket.getProtocol() ?? '');
          socket.destroy();
        });
        socket.on('error', () => resolve('refused'));
      });
    expect(await negotiate('TLSv1.1')).toBe('refused');
    expect(await negotiate('TLSv1.2')).toBe('TLSv1.2');
  });

  it('takes a new certificate without closing a connection, and keeps the present one when the files are wrong', async () => {
    expect((await ask('/health', keptOpen)).name).toBe('first');
    makeCertificate('second');
    hangup();
    expect((await ask('/health', alone())).name).toBe('second');
    expect((await ask('/health', keptOpen)).name).toBe('first');

    writeFileSync(keyFile, 'no key');
    hangup();
    expect((await ask('/health', alone())).name).toBe('second');
    makeCertificate('third', certFile, join(folder, 'other.key'));
    hangup();
    expect((await ask('/health', alone())).name).toBe('second');
    makeCertificate('fourth');
    hangup();
    expect((await ask('/health', alone())).name).toBe('fourth');
    keptOpen.destroy();
  });

  it.each<[string, () => Record<string, string>, RegExp]>([
    [
      'a certificate without a key',
      () => ({ STEELYARD_TLS_CERT_FILE: certFile }),
      /"tlsKeyFile".*required with tlsCertFile/,
    ],
    [
      'a file that does not exist',
      () => tlsOf('/no/such.crt', keyFile),
      /\/no\/such\.crt \(tlsCertFile\) does not exist/,
    ],
    [
      'a key that is none',
      () => tlsOf(certFile, certFile),
      /\(tlsKeyFile\) has no private key without a passphrase in PEM/,
    ],
    [
      'a key of another certificate',
      () => tlsOf(certFile, join(folder, 'other.key')),
      /does not belong to the certificate/,
    ],
  ])('stops the start with %s', async (_, settings, message) => {
    const started = await steelyard(['serve', '--port', '0', '--data', join(temporaryFolder(), 'data')], settings());
    expect([started.code, started.err]).toEqual([2, expect.stringMatching(message)]);
  });

  const tlsOf = (cert: string, key: string) => ({ STEELYARD_TLS_CERT_FILE: cert, STEELYARD_TLS_KEY_FILE: key });
});

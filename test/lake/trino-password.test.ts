import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTrino } from '../../src/platform/trino/index.ts';

const openssl = ['/usr/bin/openssl', '/usr/local/bin/openssl'].find((program) => existsSync(program)) ?? null;
const there = openssl !== null || process.env.CI !== undefined;

describe.skipIf(!there)('the password for Trino (skipped where openssl is not installed)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trino-password-'));
  const trusted = getCACertificates('default');
  const passwordFile = join(folder, 'password');
  const asked: [line: string, authorization: string | undefined][] = [];
  let certificate = '';
  let server: Server;
  let url = '';

  beforeAll(async () => {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'];
    const words = ['req', ...kind, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync(openssl ?? 'openssl', words, { stdio: 'ignore' });
    certificate = readFileSync(cert, 'utf8');
    server = createServer({ cert: certificate, key: readFileSync(key) }, (request, response) => {
      asked.push([`${request.method} ${request.url?.split('?')[0]}`, request.headers.authorization]);
      const isFirst = request.method === 'POST';
      // The coordinator behind a proxy that ends TLS states its own address.
      const page = isFirst
        ? { nextUri: 'http://coordinator.internal/v1/statement/queued/q1/y1/1' }
        : { updateCount: 1 };
      response.end(JSON.stringify({ nodeVersion: { version: '476' }, id: 'q1', ...page }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked.length = 0;
    setDefaultCACertificates([...trusted, certificate]);
    writeFileSync(passwordFile, 'first:ä\n');
  });
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = () => openTrino({ url, user: 'ann', catalog: 'lake', password: `file:${passwordFile}`, retryMs: 0 });
  const toBasic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  // First: later ones leave a connection open.
  it('is not sent to a server with an unknown certificate', async () => {
    setDefaultCACertificates(trusted);
    await expect(open()).rejects.toMatchObject({
      code: 'trino_unreachable',
      context: { reason: expect.stringContaining('SELF_SIGNED') },
    });
    expect(asked).toEqual([]);
  });

  it('is sent with each request, to the configured address only', async () => {
    const trino = await open();
    expect(await trino.execute('INSERT')).toBe(1);
    const authorization = toBasic('ann:first:ä');
    expect(asked).toEqual([
      ['GET /v1/info', authorization],
      ['POST /v1/statement', authorization],
      ['GET /v1/statement/queued/q1/y1/1', authorization],
    ]);
  });

  it('is read again for each request', async () => {
    const trino = await open();
    writeFileSync(passwordFile, 'second');
    await trino.execute('INSERT');
    expect(asked[1]?.[1]).toBe(toBasic('ann:second'));
  });

  it('is required where the settings name one', async () => {
    writeFileSync(passwordFile, '');
    await expect(open()).rejects.toMatchObject({ code: 'secret_unresolved' });
    expect(asked).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBucket } from '../../src/platform/buckets/index.ts';
import { listAll } from '../../src/platform/buckets/suite.testing.ts';
import { openRemoteObjects } from '../../src/platform/objects/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { type BlobServer, type Https, startAzurite } from '../support/azurite.ts';

const openssl = ['/usr/bin/openssl', '/usr/local/bin/openssl'].find((program) => existsSync(program)) ?? null;
const there = openssl !== null || process.env.CI !== undefined;

/** A certificate for the loopback address that this process believes in. */
function makeCertificate(): Https {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const made = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'];
  const words = ['req', ...kind, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(openssl ?? '', [...words, '-keyout', made.key, '-out', made.certificate], { stdio: 'ignore' });
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(made.certificate, 'utf8')]);
  return made;
}

/**
 * A token in the format of Entra ID; the emulator reads issuer, audience and times, and does not check the signature.
 */
function token(audience: string): string {
  const now = Math.floor(Date.now() / 1000);
  const times = { nbf: now - 60, iat: now - 60, exp: now + 3600 };
  const claims = { aud: audience, iss: 'https://sts.windows.net/0/', oid: randomUUID(), tid: randomUUID(), ...times };
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  return [part({ typ: 'JWT', alg: 'RS256' }), part(claims), 'unsigned'].join('.');
}

/** Identity endpoint of an Azure machine, which issues tokens of the machine's identity. */
async function startIdentity(audience: () => string): Promise<{ address: string; server: Server }> {
  const server = createServer((request, response) => {
    const known = request.headers['x-identity-header'] === 'hush';
    const expires_on = Math.floor(Date.now() / 1000) + 3600;
    const answer = known ? { access_token: token(audience()), expires_on, token_type: 'Bearer' } : {};
    response.writeHead(known ? 200 : 403, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const bound = server.address();
  return { server, address: `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/token` };
}

describe.skipIf(!there)("Azure's default credential (skipped where openssl is not installed)", () => {
  let server: BlobServer;
  let identity: Awaited<ReturnType<typeof startIdentity>>;
  let container: string;
  let audience: string;
  beforeAll(async () => {
    server = await startAzurite(makeCertificate());
    container = await server.newContainer();
    await server.put(container, 'a', 'x');
    identity = await startIdentity(() => audience); // one: the SDK remembers where it found it
  });
  afterAll(async () => {
    identity?.server.close();
    await server?.stop();
  });
  beforeEach(() => {
    vi.stubEnv('IDENTITY_ENDPOINT', identity.address);
    vi.stubEnv('IDENTITY_HEADER', 'hush');
    vi.stubEnv('AZURE_CLIENT_ID', randomUUID()); // the process caches tokens, one for each identity
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'ManagedIdentityCredential'); // not the developer's own login
  });
  afterEach(() => vi.unstubAllEnvs());

  const open = () => openBucket({ type: 'azureBlob', container, accountUrl: server.accountUrl });

  it('reads with the identity of the machine', async () => {
    audience = 'https://storage.azure.com';
    await using bucket = await open();
    const [listed] = await listAll(bucket.list(''));
    expect(await text(await bucket.read('a', listed?.etag))).toBe('x');
  });

  it('keeps artifacts, and signs addresses by a key that Azure lends to the identity', async () => {
    audience = 'https://storage.azure.com';
    const address = `azure-blob://${container}/team?accountUrl=${server.accountUrl}`;
    await using objects = await openRemoteObjects(address, { clock: systemClock });
    await objects.put('d/a b', 'artifact');
    const presentation = { contentType: 'text/plain', contentDisposition: 'attachment' };
    const { url, sizeBytes } = (await objects.direct?.download('d/a b', presentation)) ?? { url: '', sizeBytes: 0 };
    const answer = await fetch(url);
    expect([answer.status, await answer.text(), sizeBytes]).toEqual([200, 'artifact', 8]);
    expect((await fetch(url.replace('d/a%20b', 'a'))).status).toBe(403);
  });

  it('says that the identity is not accepted', async () => {
    audience = 'https://elsewhere.example';
    await using bucket = await open();
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining('identity is wrong'),
    });
  });

  it('says that no identity was found', async () => {
    vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential');
    await using bucket = await open();
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining('no identity was found'),
    });
  });
});

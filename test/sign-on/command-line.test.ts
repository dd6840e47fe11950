import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../cli/program.ts';
import { capturedIo, steelyard } from '../../cli/testing.ts';
import type { Application } from '../../src/main.ts';
import { SIGN_ON_CALLBACK } from '../../src/platform/auth/schema.ts';
import { testApplication } from '../../src/testing/application.ts';
import { createCookieBrowser } from '../support/cookie-browser.ts';
import { onFreePort } from '../support/free-port.ts';
import { startProvider, type TestProvider } from '../support/identity-provider.ts';

describe('steelyard login --sso', () => {
  let provider: TestProvider;
  let application: Application;
  let url = '';
  const config = mkdtempSync(join(tmpdir(), 'sign-on-cli-'));
  beforeAll(async () => {
    const secret = join(config, 'secret');
    await onFreePort(async (port) => {
      url = `http://127.0.0.1:${port}`;
      provider = await startProvider(`${url}${SIGN_ON_CALLBACK}`, { claimsIn: 'id-token' });
      writeFileSync(secret, provider.clientSecret);
      const oidc = { oidcIssuer: provider.issuer, oidcClientId: provider.clientId, oidcClientSecret: `file:${secret}` };
      const settings = { accounts: 'on', port, publicUrl: url, ...oidc, oidcRoles: 'ml=operator' };
      application = await testApplication({}, settings);
      await application.http.listen({ host: '127.0.0.1', port });
    });
  });
  afterAll(async () => {
    await application?.[Symbol.asyncDispose]();
    await provider?.[Symbol.asyncDispose]();
  });

  it('waits for the confirmation in a browser, and keeps the token in a file that only its user can read', async () => {
    const environment = { XDG_CONFIG_HOME: config };
    provider.people.set('s-ada', { subject: 's-ada', email: 'ada@example.org', groups: ['ml'] });
    provider.signsIn = 's-ada';
    const { io, written } = capturedIo(environment);
    const ended = main(['login', '--url', url, '--sso'], io);
    const asked = /Open (\S+) and confirm the code (\S+)\./;
    await expect.poll(() => written.err).toMatch(asked);
    const [, address = '', code = ''] = asked.exec(written.err) ?? [];
    await createCookieBrowser().confirmDevice(address, code);
    expect(await ended).toBe(0);
    expect(written.out).toBe(`Logged in to ${url} as ada@example.org.\n`);
    const file = join(config, 'steelyard', 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await steelyard(['whoami', '--url', url], environment)).out).toBe('ada@example.org (operator)\n');
    const [kept] = Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, { name: string }>);
    expect(kept?.name).toBe('ada@example.org');
    expect((await steelyard(['logout', '--url', url], environment)).code).toBe(0);
  });

  it('needs either a name or the identity provider', async () => {
    for (const words of [[], ['--sso', '--name', 'ada']]) {
      const { code, err } = await steelyard(['login', '--url', url, ...words]);
      expect([code, err]).toEqual([2, expect.stringContaining('Give --sso or --name NAME.')]);
    }
  });
});

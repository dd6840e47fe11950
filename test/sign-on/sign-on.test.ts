import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { setTeamMember } from '../../src/org/schema.ts';
import { AuditRow } from '../../src/platform/audit/schema.ts';
import { Account, SIGN_ON_CALLBACK, SIGN_ON_START, Who } from '../../src/platform/auth/schema.ts';
import { testApplication } from '../../src/testing/application.ts';
import { type CookieBrowser, createCookieBrowser } from '../support/cookie-browser.ts';
import { onFreePort } from '../support/free-port.ts';
import { startProvider, type TestProvider } from '../support/identity-provider.ts';
import { onEachStore } from '../support/stores.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const PASSWORD = 'correct horse battery staple';
const TEAM = 'apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: search}\nspec: {displayName: Search}\n';

onEachStore(({ newDatabase }) => {
  describe('single sign-on', () => {
    let provider: TestProvider;
    let application: Application;
    let base = '';
    let browser: CookieBrowser;
    let skewMs = 0;

    beforeAll(async () => {
      const database = await newDatabase();
      const secret = join(mkdtempSync(join(tmpdir(), 'sign-on-')), 'secret');
      await onFreePort(async (port) => {
        base = `http://127.0.0.1:${port}`;
        provider = await startProvider(`${base}${SIGN_ON_CALLBACK}`);
        writeFileSync(secret, provider.clientSecret);
        application = await testApplication(
          { clock: { now: () => Date.now() + skewMs } },
          {
            ...{ accounts: 'on', database, port, publicUrl: base },
            ...{ oidcIssuer: provider.issuer, oidcClientId: provider.clientId, oidcLabel: 'Example ID' },
            oidcClientSecret: `file:${secret}`,
            oidcRoles: 'platform=admin, finance=finance, ml=contributor',
            oidcTeams: 'ml=search, finance=search:viewer, ml=no-such-team',
            passwordAccounts: 'admin',
          },
        );
        await application.http.listen({ host: '127.0.0.1', port });
      });
      await application.ensureFirstAccount();
      await ask('PATCH', '/api/v1/accounts/admin', local(), { password: PASSWORD });
      await ask('POST', '/api/v1/accounts', local(), { name: 'clerk', role: 'viewer', password: PASSWORD });
      await ask('POST', '/api/v1/apply', local(), { documents: [{ file: 'team.yaml', text: TEAM }] });
    });
    afterAll(async () => {
      await application?.[Symbol.asyncDispose]();
      await provider?.[Symbol.asyncDispose]();
    });
    beforeEach(() => {
      browser = createCookieBrowser();
      provider.givesRefreshTokens = true;
    });

    const local = () => ({ authorization: `Bearer ${application.localKey}` });
    const basic = (name: string, secret: string) => ({
      authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
    });
    async function ask(method: string, path: string, headers: Record<string, string>, body?: object) {
      const response = await fetch(base + path, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    }
    const who = async (from = browser) =>
      Who.parse((await ask('GET', '/api/v1/session', { cookie: from.header(base) })).body);
    const start = (returnTo: string) => `${base}${SIGN_ON_START}?returnTo=${encodeURIComponent(returnTo)}`;
    const signIn = (subject: string, returnTo = '/costs') => {
      provider.signsIn = subject;
      // Without the cookies of another person at the provider.
      browser = createCookieBrowser();
      return browser.open(start(returnTo));
    };
    const accountOf = async (name: string) => {
      const { body } = await ask('GET', '/api/v1/accounts', local());
      return Account.array()
        .parse(body.accounts)
        .find((account) => account.name === name);
    };
    const members = async () => {
      const { body } = await ask('GET', '/api/v1/teams/search/members', local());
      return (body.members as { account: string; role: string }[]).map(({ account, role }) => `${account} ${role}`);
    };
    const auditRows = async () =>
      AuditRow.array().parse((await ask('GET', '/api/v1/audit?pageSize=1000', local())).body.rows);
    const person = (subject: string, ...groups: string[]) => {
      provider.people.set(subject, { subject, email: `${subject}@example.org`, groups });
      return `${subject}@example.org`;
    };

    it('creates the account of a person at the first sign-in, bound to issuer and subject, with the role of a group', async () => {
      provider.people.set('s-ada', { subject: 's-ada', email: 'Ada@Example.org', groups: ['ml', 'other'] });
      const opened = await signIn('s-ada', '/costs?month=2026-10');
      expect(opened.url).toBe(`${base}/costs?month=2026-10`);
      expect(await who()).toEqual({ accounts: 'on', name: 'ada@example.org', role: 'contributor', teams: null });
      expect(await accountOf('ada@example.org')).toMatchObject({
        role: 'contributor',
        hasPassword: false,
        signOn: { issuer: provider.issuer, subject: 's-ada', mail: 'Ada@Example.org' },
      });
      expect(await members()).toContain('ada@example.org contributor');
      const session = opened.setCookies.find((cookie) => cookie.startsWith('steelyard_session='));
      expect(session).toMatch(/HttpOnly; SameSite=Strict/);
      expect((await auditRows()).map(({ subject }) => subject)).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ account: 'ada@example.org', signIn: 'succeeded', by: 'sign-on' }),
          { account: 'ada@example.org', role: 'contributor' },
        ]),
      );
    });

    it('asks with PKCE, state, nonce and the exact redirect address', async () => {
      const { path } = await signIn('s-ada');
      const asked = new URL(path[1] ?? '').searchParams;
      expect(Object.fromEntries(asked)).toMatchObject({
        response_type: 'code',
        code_challenge_method: 'S256',
        redirect_uri: `${base}${SIGN_ON_CALLBACK}`,
      });
      for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(40);
    });

    it('gives no account to a person without a mapped group, and none of another person with the same mail', async () => {
      person('s-none', 'other');
      expect((await signIn('s-none')).url).toBe(`${base}/?signOn=sign_on_not_permitted`);
      expect(await who()).toMatchObject({ name: null });
      expect(await accountOf('s-none@example.org')).toBeUndefined();
      provider.people.set('s-thief', { subject: 's-thief', email: 'ada@example.org', groups: ['platform'] });
      expect((await signIn('s-thief')).url).toBe(`${base}/?signOn=sign_on_account_taken`);
      expect(await accountOf('ada@example.org')).toMatchObject({ role: 'contributor', signOn: { subject: 's-ada' } });
      for (const [subject, email] of [
        ['s-clerk', 'clerk'],
        ['s-admin', 'admin'],
      ] as const) {
        provider.people.set(subject, { subject, email, groups: ['platform'] });
        expect((await signIn(subject)).url).toBe(`${base}/?signOn=sign_on_account_taken`);
      }
      expect(await accountOf('clerk')).toMatchObject({ role: 'viewer', signOn: null });
    });

    it('answers a state and a code once, and only to the browser that began', async () => {
      provider.signsIn = 's-ada';
      const stopped = await browser.open(start('/'), { until: `${base}${SIGN_ON_CALLBACK}` });
      const thief = createCookieBrowser();
      expect((await thief.open(stopped.url)).url).toBe(`${base}/?signOn=sign_on_failed`);
      const cookie = browser.header(base);
      const forged = new URL(stopped.url);
      forged.searchParams.set('state', 'x'.repeat(43));
      const replay = async (url: string) => {
        const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
        return response.headers.get('location');
      };
      expect(await replay(forged.href)).toBe('/?signOn=sign_on_failed');
      expect(await replay(stopped.url)).toBe('/');
      expect(await replay(stopped.url)).toBe('/?signOn=sign_on_failed');
    });

    it.each(['//evil.example', '/\\evil.example', 'https://evil.example/', '/\t/evil.example', '/api/v1/session', ''])(
      'returns to the first page instead of %j',
      async (returnTo) => {
        expect((await signIn('s-ada', returnTo)).url).toBe(`${base}/`);
      },
    );

    it('takes a role, memberships and sessions away with the groups, at the latest after a quarter of an hour', async () => {
      const name = person('s-bob', 'platform', 'ml');
      await signIn('s-bob');
      expect(await who()).toMatchObject({ name, role: 'admin' });
      const made = await ask(
        'POST',
        '/api/v1/tokens',
        { cookie: browser.header(base), origin: base },
        { label: 'bob' },
      );
      const token = { authorization: `Bearer ${made.body.secret}` };
      expect((await ask('GET', '/api/v1/accounts', token)).status).toBe(200);

      person('s-bob', 'finance');
      skewMs += 14 * MINUTE_MS;
      expect(await who()).toMatchObject({ role: 'admin' });
      skewMs += 2 * MINUTE_MS;
      expect(await who()).toMatchObject({ name, role: 'finance' });
      expect(await members()).toContain(`${name} viewer`);
      expect((await ask('GET', '/api/v1/accounts', token)).status).toBe(403);

      person('s-bob');
      skewMs += 16 * MINUTE_MS;
      expect(await who()).toMatchObject({ name: null });
      expect((await members()).join()).not.toContain(name);
      expect((await ask('GET', '/api/v1/teams', token)).status).toBe(401);
      expect((await signIn('s-bob')).url).toBe(`${base}/?signOn=sign_on_not_permitted`);

      person('s-bob', 'ml');
      await signIn('s-bob');
      expect(await who()).toMatchObject({ name, role: 'contributor' });
      expect((await ask('GET', '/api/v1/teams', token)).status).toBe(200);
    });

    it('keeps a membership that an administrator set', async () => {
      const name = person('s-kim', 'finance');
      await signIn('s-kim');
      const path = setTeamMember.path.replace(':team', 'search').replace(':account', name);
      await ask('PUT', path, local(), { role: 'contributor' });
      person('s-kim', 'platform');
      await signIn('s-kim');
      expect(await members()).toContain(`${name} contributor`);
    });

    it('ends the sessions of a person whom the provider removed, and the tokens after a week', async () => {
      const name = person('s-gone', 'ml');
      await signIn('s-gone');
      const made = await ask(
        'POST',
        '/api/v1/tokens',
        { cookie: browser.header(base), origin: base },
        { label: 'gone' },
      );
      const token = { authorization: `Bearer ${made.body.secret}` };
      provider.people.delete('s-gone');
      skewMs += 16 * MINUTE_MS;
      expect(await who()).toMatchObject({ name: null });
      expect((await ask('GET', '/api/v1/session', token)).body).toMatchObject({ name });
      skewMs += 8 * DAY_MS;
      expect((await ask('GET', '/api/v1/session', token)).body).toMatchObject({ name: null });
    });

    it('ends a session without a refresh token after an hour', async () => {
      provider.givesRefreshTokens = false;
      const name = person('s-short', 'ml');
      await signIn('s-short');
      skewMs += 59 * MINUTE_MS;
      expect(await who()).toMatchObject({ name });
      skewMs += 2 * MINUTE_MS;
      expect(await who()).toMatchObject({ name: null });
    });

    it('refuses a disabled account, and deletes an identity with its account', async () => {
      const name = person('s-off', 'ml');
      await signIn('s-off');
      await ask('PATCH', `/api/v1/accounts/${name}`, local(), { disabled: true });
      expect(await who()).toMatchObject({ name: null });
      expect((await signIn('s-off')).url).toBe(`${base}/?signOn=sign_on_not_permitted`);
      expect((await ask('DELETE', `/api/v1/accounts/${name}`, local())).status).toBe(200);
      await signIn('s-off');
      expect(await who()).toMatchObject({ name, role: 'contributor' });
    });

    it('accepts the password of the break-glass account only, and shows its use', async () => {
      const login = (name: string) => ask('POST', '/api/v1/session', {}, { name, password: PASSWORD });
      expect((await ask('GET', '/api/v1/sign-on', {})).body).toEqual({ label: 'Example ID', passwords: 'named' });
      expect((await login('clerk')).status).toBe(401);
      expect((await ask('GET', '/api/v1/teams', basic('clerk', PASSWORD))).status).toBe(401);
      expect((await login('admin')).status).toBe(200);
      expect((await accountOf('admin'))?.passwordUsedAt).toMatch(/^2/);
      const rows = (await auditRows()).filter(({ actor, subject }) => actor === 'admin' && subject.by === 'password');
      expect(rows).toHaveLength(1);
      const given = await ask('PATCH', '/api/v1/accounts/ada@example.org', local(), { password: PASSWORD });
      expect(given.status).toBe(400);
    });

    it('gives a token for a sign-in on another device, once it is confirmed', async () => {
      const name = person('s-cli', 'ml');
      const started = await ask('POST', '/api/v1/sign-on/device', {});
      const { device, userCode, verificationUrlComplete } = started.body;
      const poll = () =>
        ask('POST', '/api/v1/sign-on/device/token', {}, { device, label: 'laptop', expiresInDays: 30 });
      expect((await poll()).body).toMatchObject({ state: 'pending', secret: null });
      provider.signsIn = 's-cli';
      await browser.confirmDevice(String(verificationUrlComplete), String(userCode));
      const { body } = await poll();
      expect(body).toMatchObject({ state: 'done', token: { account: name, label: 'laptop' } });
      const token = { authorization: `Bearer ${body.secret}` };
      expect((await ask('GET', '/api/v1/session', token)).body).toMatchObject({ name, role: 'contributor' });
      expect((await poll()).status).toBe(401);
      expect(
        (await ask('POST', '/api/v1/sign-on/device/token', {}, { device: 'x', label: 'x', expiresInDays: 1 })).status,
      ).toBe(401);
    });

    it('keeps sessions while the provider is away, and answers new sign-ins within seconds', async () => {
      const name = person('s-away', 'ml');
      await signIn('s-away');
      const session = browser;
      await provider[Symbol.asyncDispose]();
      skewMs += 16 * MINUTE_MS;
      expect(await who(session)).toMatchObject({ name, role: 'contributor' });
      browser = createCookieBrowser();
      const startedAt = performance.now();
      expect((await browser.open(start('/'))).url).toBe(`${base}/?signOn=sign_on_unavailable`);
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      expect((await ask('POST', '/api/v1/sign-on/device', {})).status).toBe(503);
    });
  });
});

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roles } from '../../src/platform/auth/schema.ts';
import { testApplication } from '../../src/testing/application.ts';
import { onEachStore } from '../support/stores.ts';
import { type Doors, openDoors, type Role, sent } from './doors.ts';

const host = { host: 'localhost' };
const RUN = '/api/2.0/mlflow/runs/create';
const basic = (name: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`,
});

onEachStore(({ newDatabase }) => {
  describe('accounts', () => {
    let doors: Doors;
    let now = Date.now();
    beforeAll(async () => {
      doors = await openDoors({ clock: { now: () => now } }, { database: await newDatabase() });
    });
    afterAll(async () => {
      await doors?.[Symbol.asyncDispose]();
    });
    const ask = (url: string, headers: Record<string, string>, options: object = {}) =>
      doors.application.http.inject({ url, headers: { ...host, ...headers }, ...options });
    const json = { 'content-type': 'application/json' };
    const write = (headers: Record<string, string>) =>
      ask(RUN, { ...json, ...headers }, { method: 'POST', payload: '{}' });

    it('lets MLflow’s credentials in: Basic with a password or a token, Bearer with a token', async () => {
      const { authorization } = doors.as('contributor');
      const token = authorization.replace('Bearer ', '');
      for (const given of [
        basic('contributor', doors.password('contributor')),
        basic('contributor', token),
        { authorization },
      ]) {
        expect((await write(given)).statusCode).toBe(200);
      }
    });

    it('answers a wrong credential in MLflow’s shape, with a challenge, and says nothing of what was wrong', async () => {
      for (const given of [
        {},
        basic('contributor', 'wrong'),
        basic('nobody', 'wrong'),
        { authorization: 'Bearer sy_x' },
      ]) {
        const answer = await write(given);
        expect([answer.statusCode, answer.headers['www-authenticate']]).toEqual([401, 'Basic realm="steelyard"']);
        expect(answer.json()).toMatchObject({ error_code: 'UNAUTHENTICATED' });
      }
      const token = doors.as('contributor').authorization.replace('Bearer ', '');
      expect((await write(basic('admin', token))).statusCode).toBe(401);
    });

    it.each<[Role, string, number]>([
      ['viewer', 'POST /api/2.0/mlflow/runs/create', 403],
      ['viewer', 'GET /api/v1/teams', 200],
      ['contributor', 'POST /api/2.0/mlflow/runs/create', 200],
      ['contributor', 'DELETE /api/2.0/mlflow/registered-models/delete', 403],
      ['contributor', 'DELETE /ajax-api/3.0/mlflow-artifacts/artifacts/0/x', 403],
      ['contributor', 'GET /api/v1/accounts', 403],
      ['viewer', 'POST /api/v1/budget-reservations', 403],
      ['finance', 'POST /api/v1/budget-reservations', 403],
      // Authorized, then rejected as an invalid reservation.
      ['contributor', 'POST /api/v1/budget-reservations', 400],
      ['contributor', 'POST /api/v1/budgets/none/approvals', 403],
      ['finance', 'POST /api/2.0/mlflow/runs/create', 403],
      ['operator', 'DELETE /api/2.0/mlflow/registered-models/delete', 404],
      ['operator', 'GET /api/v1/audit', 403],
      ['admin', 'GET /api/v1/audit', 200],
    ])('%s: %s is %i', async (role, call, status) => {
      const [method = 'GET', url = ''] = call.split(' ');
      const body = method === 'GET' ? {} : { payload: '{"name": "no such model"}' };
      const answer = await ask(url, { ...(method === 'GET' ? {} : json), ...doors.as(role) }, { method, ...body });
      expect(answer.statusCode).toBe(status);
      if (status === 403 && url.includes('mlflow'))
        expect(answer.json()).toMatchObject({ error_code: 'PERMISSION_DENIED' });
    });

    it('ends a token when it is revoked, when it expires and when its account is disabled', async () => {
      const { application } = doors;
      const admin = doors.as('admin');
      const account = { name: 'robot', role: 'contributor', password: null };
      await sent(application, 'POST', '/api/v1/accounts', admin, account);
      const make = async () =>
        (await sent(application, 'POST', '/api/v1/tokens', admin, {
          label: 'x',
          account: 'robot',
          expiresInDays: 1,
        })) as {
          token: { id: string };
          secret: string;
        };
      const [revoked, expiring, disabled] = [await make(), await make(), await make()];
      const status = async (secret: string) => (await write({ authorization: `Bearer ${secret}` })).statusCode;
      expect(await status(revoked.secret)).toBe(200);
      await sent(application, 'DELETE', `/api/v1/tokens/${revoked.token.id}`, admin);
      expect(await status(revoked.secret)).toBe(401);
      expect(await status(disabled.secret)).toBe(200);
      await sent(application, 'PATCH', '/api/v1/accounts/robot', admin, { disabled: true });
      expect(await status(disabled.secret)).toBe(401);
      await sent(application, 'PATCH', '/api/v1/accounts/robot', admin, { disabled: false });
      expect(await status(expiring.secret)).toBe(200);
      now += 86_400_001;
      expect(await status(expiring.secret)).toBe(401);
    });

    describe('a token that is made with a token', () => {
      interface Made {
        readonly token: { readonly id: string; readonly expiresAt: string | null; readonly scopes: string[] | null };
        readonly secret: string;
      }
      const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
      const robot = async (name: string, role: Role = 'contributor', password: string | null = null) =>
        sent(doors.application, 'POST', '/api/v1/accounts', doors.as('admin'), { name, role, password });
      const make = async (headers: Record<string, string>, body: object): Promise<Made> =>
        (await sent(doors.application, 'POST', '/api/v1/tokens', headers, { label: 'x', ...body })) as Made;
      const refused = async (headers: Record<string, string>, body: object) => {
        const answer = await ask('/api/v1/tokens', headers, { method: 'POST', payload: { label: 'x', ...body } });
        return [answer.statusCode, answer.json().code];
      };
      const status = async (secret: string) => (await write(bearer(secret))).statusCode;

      it('dies with it, however far down it was made', async () => {
        await robot('family');
        const first = await make(doors.as('admin'), { account: 'family', expiresInDays: 30 });
        const second = await make(bearer(first.secret), {});
        const third = await make(bearer(second.secret), {});
        expect(await status(third.secret)).toBe(200);
        await sent(doors.application, 'DELETE', `/api/v1/tokens/${first.token.id}`, doors.as('admin'));
        expect([await status(second.secret), await status(third.secret)]).toEqual([401, 401]);
      });

      it('is no longer and no wider than it', async () => {
        await robot('narrow');
        const scopes = ['mlops.log', 'mlops.write', 'account.self'];
        const first = await make(doors.as('admin'), { account: 'narrow', expiresInDays: 1, scopes });
        for (const longer of [{ expiresInDays: null }, { expiresInDays: 2 }]) {
          expect(await refused(bearer(first.secret), longer)).toEqual([403, 'not_permitted']);
        }
        expect(await refused(bearer(first.secret), { scopes: ['mlops.read'] })).toEqual([403, 'not_permitted']);
        const second = await make(bearer(first.secret), {});
        expect(second.token).toMatchObject({ expiresAt: first.token.expiresAt, scopes });
        const third = await make(bearer(second.secret), { scopes: ['mlops.log'] });
        expect([await status(second.secret), await status(third.secret)]).toEqual([200, 200]);
        expect((await ask('/api/v1/teams', bearer(second.secret))).statusCode).toBe(403);
        expect(await refused(bearer(third.secret), {})).toEqual([403, 'not_permitted']);
        now += 86_400_001;
        expect([await status(second.secret), await status(third.secret)]).toEqual([401, 401]);
      });

      it('has no scope that the role of its account has not, and loses what the role loses', async () => {
        await robot('demoted', 'operator');
        expect(await refused(doors.as('admin'), { account: 'demoted', scopes: ['audit.read'] })).toEqual([
          403,
          'not_permitted',
        ]);
        const { secret } = await make(doors.as('admin'), { account: 'demoted', scopes: ['mlops.write', 'mlops.log'] });
        expect(await status(secret)).toBe(200);
        await sent(doors.application, 'PATCH', '/api/v1/accounts/demoted', doors.as('admin'), { role: 'viewer' });
        expect(await status(secret)).toBe(403);
      });

      it('of an administrator does not administer unless it says so', async () => {
        const { secret } = await make(doors.as('admin'), { scopes: ['account.self', 'platform.apply'] });
        expect(await refused(bearer(secret), { account: 'viewer' })).toEqual([403, 'not_permitted']);
        const document = { apiVersion: 'steelyard/v1', kind: 'Pipeline', metadata: { name: 'leak' } };
        const spec = { steps: { say: { run: 'env', secrets: { KEY: 'env:HOME' } } } };
        const text = JSON.stringify({ ...document, spec });
        const applying = await ask('/api/v1/apply', bearer(secret), {
          method: 'POST',
          payload: { documents: [{ file: 'p.yaml', text }] },
        });
        expect([applying.statusCode, applying.json()]).toMatchObject([403, { code: 'not_permitted' }]);
      });

      it('made by the account ends when the password changes or is reset; one made by an administrator stays', async () => {
        const [old, next] = ['an old pass phrase', 'a newer pass phrase'];
        await robot('changer', 'contributor', old);
        const given = await make(doors.as('admin'), { account: 'changer' });
        const own = await make(basic('changer', old), {});
        const child = await make(bearer(own.secret), {});
        await sent(doors.application, 'POST', '/api/v1/session/password', basic('changer', old), {
          current: old,
          next,
        });
        expect([await status(own.secret), await status(child.secret), await status(given.secret)]).toEqual([
          401, 401, 200,
        ]);
        const other = await make(basic('changer', next), {});
        await sent(doors.application, 'PATCH', '/api/v1/accounts/changer', doors.as('admin'), { password: old });
        expect([await status(other.secret), await status(given.secret)]).toEqual([401, 200]);
      });

      it('ends when the account of its parent is deleted; the rows of the audit trail stay', async () => {
        await robot('leaving', 'admin', 'a password to leave');
        const parent = await make(basic('leaving', 'a password to leave'), {});
        const child = await make(bearer(parent.secret), { account: 'contributor' });
        expect(await status(child.secret)).toBe(200);
        const remove = (name: string, headers: Record<string, string>) =>
          ask(`/api/v1/accounts/${name}`, headers, { method: 'DELETE' });
        expect((await remove('leaving', bearer(parent.secret))).json()).toMatchObject({ code: 'account_own' });
        expect((await remove('admin', doors.as('admin'))).json()).toMatchObject({ code: 'account_own' });
        expect((await remove('leaving', doors.as('operator'))).statusCode).toBe(403);
        expect((await remove('leaving', doors.as('admin'))).statusCode).toBe(200);
        expect((await remove('leaving', doors.as('admin'))).statusCode).toBe(404);
        expect([await status(parent.secret), await status(child.secret)]).toEqual([401, 401]);
        const { rows } = (await sent(doors.application, 'GET', '/api/v1/audit', doors.as('admin'))) as {
          rows: { actor: string }[];
        };
        expect(rows.filter(({ actor }) => actor === 'leaving').length).toBeGreaterThan(0);
        await robot('leaving');
        expect(await status(parent.secret)).toBe(401);
      });
    });

    it('slows down who guesses, from that address and for that name alone', async () => {
      for (let guess = 0; guess < 5; guess += 1) {
        expect((await write(basic('finance', `guess ${guess}`))).statusCode).toBe(401);
      }
      const slowed = await write(basic('finance', 'guess again'));
      expect([slowed.statusCode, slowed.json()]).toMatchObject([429, { error_code: 'REQUEST_LIMIT_EXCEEDED' }]);
      expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
      expect((await write(basic('contributor', doors.password('contributor')))).statusCode).toBe(200);
      now += 6 * 60_000;
      expect((await write(basic('finance', doors.password('finance')))).statusCode).toBe(403);
    });

    it('keeps the last administrator', async () => {
      const answer = await ask('/api/v1/accounts/admin', doors.as('admin'), {
        method: 'PATCH',
        payload: { role: 'viewer' },
      });
      expect([answer.statusCode, answer.json()]).toMatchObject([409, { code: 'account_last_admin' }]);
    });

    it('shows a token’s owner and an administrator only what is theirs', async () => {
      const { application } = doors;
      const { tokens } = (await sent(application, 'GET', '/api/v1/tokens', doors.as('viewer'))) as {
        tokens: { account: string; id: string }[];
      };
      expect(new Set(tokens.map(({ account }) => account))).toEqual(new Set(['viewer']));
      const foreign = await ask(`/api/v1/tokens/${tokens[0]?.id}`, doors.as('finance'), { method: 'DELETE' });
      expect(foreign.statusCode).toBe(404);
      const made = await ask('/api/v1/tokens', doors.as('viewer'), {
        method: 'POST',
        payload: { label: 'up', account: 'admin' },
      });
      expect(made.statusCode).toBe(403);
    });

    describe('a session', () => {
      const origin = { origin: 'http://localhost' };
      const login = async (name: Role, extra: Record<string, string> = {}) =>
        ask(
          '/api/v1/session',
          { ...origin, ...extra },
          { method: 'POST', payload: { name, password: doors.password(name) } },
        );

      it('is a cookie that no script and no other site can use', async () => {
        const answer = await login('contributor');
        expect(answer.json()).toEqual({ accounts: 'on', name: 'contributor', role: 'contributor', teams: null });
        expect(answer.headers['set-cookie']).toMatch(
          /^steelyard_session=sy_[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/,
        );
        expect((await login('contributor', { origin: 'https://localhost' })).headers['set-cookie']).toMatch(
          /; Secure$/,
        );
      });

      it('writes only from a page of this server, and ends at logout and when the password changes', async () => {
        const cookie = String((await login('contributor')).headers['set-cookie']).split(';')[0] ?? '';
        expect((await write({ cookie })).statusCode).toBe(403);
        expect((await write({ cookie, origin: 'http://evil.example' })).statusCode).toBe(403);
        expect((await write({ cookie, ...origin })).statusCode).toBe(200);
        expect((await write({ cookie, 'sec-fetch-site': 'same-origin' })).statusCode).toBe(200);
        await ask('/api/v1/session', { cookie, ...origin }, { method: 'DELETE' });
        expect((await write({ cookie, ...origin })).statusCode).toBe(401);

        const second = String((await login('contributor')).headers['set-cookie']).split(';')[0] ?? '';
        const password = { current: doors.password('contributor'), next: doors.password('contributor') };
        const changed = await ask(
          '/api/v1/session/password',
          { cookie: second, ...origin },
          { method: 'POST', payload: password },
        );
        expect(changed.statusCode).toBe(200);
        expect((await write({ cookie: second, ...origin })).statusCode).toBe(401);
      });

      it('says who asks, to anybody', async () => {
        expect((await ask('/api/v1/session', {})).json()).toEqual({
          accounts: 'on',
          name: null,
          role: null,
          teams: [],
        });
        expect((await ask('/api/v1/session', doors.as('finance'))).json()).toEqual({
          accounts: 'on',
          name: 'finance',
          role: 'finance',
          teams: null,
        });
      });
    });

    it('stores no password, token or session that could be used', async () => {
      const { store } = doors.application;
      type Tables = { account: { password: string | null }; account_token: { hash: string } };
      const accounts = await store.tables<Tables>().selectFrom('account').selectAll().execute();
      const tokens = await store.tables<Tables>().selectFrom('account_token').selectAll().execute();
      const kept = JSON.stringify([accounts, tokens]);
      expect(kept).not.toContain('correct horse');
      expect(kept).not.toContain('sy_');
      const passwords = accounts.flatMap(({ password }) => password ?? []);
      expect(passwords.length).toBeGreaterThan(roles.length);
      expect(new Set(passwords.map((password) => password.split('$')[4])).size).toBe(passwords.length);
    });
  });

  describe('without accounts', () => {
    it('everybody on loopback is local, and no login is offered', async () => {
      await using application = await testApplication({}, { database: await newDatabase() });
      expect([application.localKey, await application.ensureFirstAccount()]).toEqual([null, null]);
      const who = await application.http.inject({ url: '/api/v1/session', headers: host });
      expect(who.json()).toEqual({ accounts: 'off', name: 'local', role: null, teams: null });
    });
  });

  describe('the first account', () => {
    it('has a random password that is told once, and its folder is its user’s', async () => {
      await using application = await testApplication({}, { accounts: 'on', database: await newDatabase() });
      const first = await application.ensureFirstAccount();
      expect(first).toMatchObject({ name: 'admin', password: expect.stringMatching(/^[\w-]{24}$/) });
      expect(existsSync(application.config.data)).toBe(true);
      const { name, password } = first ?? { name: '', password: '' };
      expect(await application.ensureFirstAccount()).toBeNull();
      const answer = await application.http.inject({
        url: '/api/v1/accounts',
        headers: { ...host, ...basic(name, password) },
      });
      expect(answer.json()).toMatchObject({ accounts: [{ name: 'admin', role: 'admin', createdBy: 'first start' }] });
      await using other = await testApplication({}, { accounts: 'on', database: await newDatabase() });
      expect((await other.ensureFirstAccount())?.password).not.toBe(password);
    });
  });
});

import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApplication } from '../../src/testing.ts';
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
      // Let in, and told that this is no reservation.
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
        expect(answer.json()).toEqual({ accounts: 'on', name: 'contributor', role: 'contributor' });
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
        expect((await ask('/api/v1/session', {})).json()).toEqual({ accounts: 'on', name: null, role: null });
        expect((await ask('/api/v1/session', doors.as('finance'))).json()).toEqual({
          accounts: 'on',
          name: 'finance',
          role: 'finance',
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
      expect(new Set(accounts.map(({ password }) => password?.split('$')[4])).size).toBe(accounts.length);
    });
  });

  describe('without accounts', () => {
    it('everybody on loopback is local, and no login is offered', async () => {
      await using application = await testApplication({}, { database: await newDatabase() });
      expect([application.localKey, await application.ensureFirstAccount()]).toEqual([null, null]);
      const who = await application.http.inject({ url: '/api/v1/session', headers: host });
      expect(who.json()).toEqual({ accounts: 'off', name: 'local', role: null });
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

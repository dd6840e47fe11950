import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../main.ts';
import { testApplication } from '../../testing/application.ts';
import { draws, isDeep } from '../../testing/deep.ts';

const PASSWORD = 'violet anchor 52 rivers';

let application: Application;
const local = () => ({ authorization: `Bearer ${application.localKey}` });

beforeAll(async () => {
  application = await testApplication({}, { accounts: 'on', trustedProxies: '10.9.0.0/16' });
});
afterAll(() => application[Symbol.asyncDispose]());

async function makeAccount(name: string, password: string = PASSWORD) {
  const headers = { host: 'localhost', ...local() };
  const payload = { name, role: 'viewer', password };
  return application.http.inject({ method: 'POST', url: '/api/v1/accounts', headers, payload });
}

async function signIn(name: string, password: string, remoteAddress: string, headers: Record<string, string> = {}) {
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/session',
    remoteAddress,
    headers: { host: 'localhost', ...headers },
    payload: { name, password },
  });
  return { status: answer.statusCode, retryAfter: Number(answer.headers['retry-after'] ?? 0) };
}

const count = (statuses: readonly number[], status: number) => statuses.filter((one) => one === status).length;

describe('guessing of passwords', () => {
  it('ends after five, one after the other, and says when to come back', async () => {
    await makeAccount('in-turn');
    for (let guess = 0; guess < 5; guess += 1)
      expect((await signIn('in-turn', `guess ${guess}`, '10.0.0.1')).status).toBe(401);
    const refused = await signIn('in-turn', 'guess 6', '10.0.0.1');
    expect(refused).toMatchObject({ status: 429, retryAfter: 1 });
    expect((await signIn('in-turn', PASSWORD, '10.0.0.2')).status).toBe(200);
  });

  it('ends after five at once', async () => {
    await makeAccount('at-once');
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, guess) => signIn('at-once', `guess ${guess}`, '10.0.1.1')),
    );
    const statuses = answers.map(({ status }) => status);
    expect([count(statuses, 401), count(statuses, 429)]).toEqual([5, 55]);
  });

  it('from many addresses delays the account, and locks nobody out', async () => {
    await makeAccount('watched');
    const guesses = Array.from({ length: 10 }, (_, index) => signIn('watched', `guess ${index}`, `10.0.2.${index}`));
    expect(
      count(
        (await Promise.all(guesses)).map(({ status }) => status),
        401,
      ),
    ).toBe(10);
    const began = performance.now();
    expect((await signIn('watched', PASSWORD, '10.0.2.200')).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(245);
  });

  it('under many names from one address shuts out neither passwords from elsewhere nor tokens', async () => {
    await makeAccount('bystander');
    // The deep run sends more than a queue of hashes that all addresses share would hold.
    const names = draws(40, 10);
    const flood = Array.from({ length: names }, (_, index) => signIn(`name-${index}`, 'guess', '10.0.3.1'));
    const right = signIn('bystander', PASSWORD, '10.0.3.2');
    const token = application.http.inject({ url: '/api/v1/accounts', headers: { host: 'localhost', ...local() } });
    expect([(await right).status, (await token).statusCode]).toEqual([200, 200]);
    await Promise.all(flood);
  });

  it('is counted by the address that a trusted proxy names, and by no other', async () => {
    await makeAccount('behind-proxy');
    const from = (address: string) => ({ 'x-forwarded-for': address });
    for (let guess = 0; guess < 5; guess += 1)
      await signIn('behind-proxy', `a ${guess}`, '10.9.0.1', from('192.0.2.1'));
    expect((await signIn('behind-proxy', 'b', '10.9.0.1', from('192.0.2.1'))).status).toBe(429);
    expect((await signIn('behind-proxy', PASSWORD, '10.9.0.1', from('192.0.2.2'))).status).toBe(200);
    for (let guess = 0; guess < 5; guess += 1)
      await signIn('behind-proxy', `c ${guess}`, '10.8.0.1', from(`192.0.3.${guess}`));
    expect((await signIn('behind-proxy', 'd', '10.8.0.1', from('192.0.3.9'))).status).toBe(429);
  });
});

describe('passwords that are set', () => {
  it.each(['password1234', 'aaaaaaaaaaaa', '123456789012', 'chosen-chosen1'])('%s is refused', async (password) => {
    const answer = await makeAccount('chosen', password);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'password_too_common']);
    const changed = await application.http.inject({
      method: 'PATCH',
      url: '/api/v1/accounts/chosen',
      headers: { host: 'localhost', ...local() },
      payload: { password },
    });
    expect([changed.statusCode, changed.json().code]).toEqual([400, 'password_too_common']);
  });
});

describe('the audit trail', () => {
  it('has who signed in, and wrong passwords counted by account and address', async () => {
    await makeAccount('audited');
    for (const guess of ['one', 'two']) await signIn('audited', guess, '10.0.4.1');
    for (const name of ['no-such-name', 'another']) await signIn(name, 'guess', '10.0.4.1');
    await signIn('audited', PASSWORD, '10.0.4.2');
    // Counts are stored each minute and at the end.
    await application[Symbol.asyncDispose]();
    application = await createApplication(application.config);
    const rows = (await auditRows()).filter(({ subject }) => subject.address?.startsWith('10.0.4.'));
    expect(
      rows.map(({ actor, status, writes, subject }) => [actor, status, writes, subject.account, subject.signIn]),
    ).toEqual(
      expect.arrayContaining([
        ['audited', 200, 1, 'audited', 'succeeded'],
        ['nobody', 401, 2, 'audited', 'failed'],
        ['nobody', 401, 2, undefined, 'failed'],
      ]),
    );
    expect(rows).toHaveLength(3);
  });
});

interface AuditedRow {
  readonly actor: string;
  readonly status: number;
  readonly writes: number;
  readonly subject: Readonly<Record<string, string>>;
}

async function auditRows(): Promise<AuditedRow[]> {
  const headers = { host: 'localhost', ...local() };
  return (await application.http.inject({ url: '/api/v1/audit?pageSize=1000', headers })).json().rows;
}

// Last, because it leaves thousands of rows in the audit trail.
if (isDeep)
  describe('a flood of wrong passwords', () => {
    it('by 48 connections at once refuses no right password from elsewhere', async () => {
      const regulars = ['regular-1', 'regular-2', 'regular-3', 'regular-4', 'regular-5'];
      for (const name of regulars) await makeAccount(name);
      let isOver = false;
      const flood = Array.from({ length: 48 }, async (_, connection) => {
        for (let guess = 0; !isOver; guess += 1) await signIn(`flooded-${connection}-${guess}`, 'guess', '10.0.4.1');
      });
      const answers: number[] = [];
      for (const name of regulars) answers.push((await signIn(name, PASSWORD, '10.0.4.2')).status);
      isOver = true;
      await Promise.all(flood);
      expect(answers).toEqual([200, 200, 200, 200, 200]);
    });
  });

import { describe, expect, it } from 'vitest';
import type { Scope } from '../contract/schema.ts';
import { buildSessionCookie, readCredentials } from './credentials.ts';
import { createRoles } from './roles.ts';
import { roles } from './schema.ts';
import { hashPassword, verifyPassword } from './secrets.ts';
import { createVerified } from './verified.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('credentials', () => {
  it.each([
    [basic('ada:a:b'), { kind: 'basic', name: 'ada', secret: 'a:b' }],
    [basic('ada:'), { kind: 'basic', name: 'ada', secret: '' }],
    ['bearer sy_x', { kind: 'bearer', secret: 'sy_x' }],
    [basic('no colon'), { kind: 'malformed' }],
    ['Digest x', { kind: 'malformed' }],
    ['', { kind: 'malformed' }],
    ['Bearer', { kind: 'malformed' }],
  ])('reads %j', (authorization, expected) => {
    expect(readCredentials({ headers: { authorization } })).toEqual(expected);
  });

  it('takes the cookie only where no header names anybody, and the cookie of that name alone', () => {
    const cookie = 'other=1; steelyard_session=sy_a; xsteelyard_session=sy_b';
    expect(readCredentials({ headers: { cookie } })).toEqual({ kind: 'session', secret: 'sy_a' });
    expect(readCredentials({ headers: { cookie, authorization: 'Bearer sy_c' } })).toMatchObject({ secret: 'sy_c' });
    expect(readCredentials({ headers: { cookie: 'a=b' } })).toEqual({ kind: 'none' });
    expect(buildSessionCookie('', 0, false)).toContain('Max-Age=0');
  });

  it('makes another hash of the same password each time, and knows it in either composition', async () => {
    const [one, other] = await Promise.all([hashPassword('pässword 1234'), hashPassword('pässword 1234')]);
    expect(one).not.toBe(other);
    expect(await verifyPassword('pa\u0308ssword 1234', one)).toBe(true);
    expect(await verifyPassword('password 1234', one)).toBe(false);
  });
});

describe('what was found right', () => {
  it('is asked for once by many, kept for half a minute, and not kept when something changed meanwhile', async () => {
    let now = 0;
    let asked = 0;
    const verified = createVerified({ now: () => now }, 60_000);
    const ada = { name: 'ada', role: 'viewer', until: null, token: null, limits: null } as const;
    const ask = async () => {
      asked += 1;
      return ada;
    };
    await Promise.all([verified.check(['k', 's'], ask), verified.check(['k', 's'], ask)]);
    expect([asked, verified.find('k', 's'), verified.find('k', 'other')]).toEqual([1, ada, null]);
    now += 30_000;
    expect(verified.find('k', 's')).toBeNull();
    const slow = Promise.withResolvers<typeof ada>();
    const checking = verified.check(['k', 's'], () => slow.promise);
    verified.forget();
    slow.resolve(ada);
    await checking;
    expect(verified.find('k', 's')).toBeNull();
  });
});

describe('roles', () => {
  it('are given what the documents say, and nobody but an admin the accounts', () => {
    const may = (scope: Scope, contributorsRunCode = false) => {
      const { scopesOf } = createRoles({ contributorsRunCode });
      return roles.filter((role) => scopesOf(role).has(scope));
    };
    expect(may('mlops.write')).toEqual(['contributor', 'operator', 'admin']);
    expect(may('mlops.delete')).toEqual(['operator', 'admin']);
    expect(may('finops.write')).toEqual(['finance', 'admin']);
    expect(may('finops.reserve')).toEqual(['contributor', 'operator', 'admin']);
    expect(may('platform.apply')).toEqual(['finance', 'operator', 'admin']);
    expect([may('account.write'), may('audit.read'), may('org.write')]).toEqual([['admin'], ['admin'], ['admin']]);
    expect(may('mlops.run_code')).toEqual(['operator', 'admin']);
    expect(may('mlops.run_code', true)).toEqual(['contributor', 'operator', 'admin']);
    expect(may('finops.read')).toEqual([...roles]);
  });
});

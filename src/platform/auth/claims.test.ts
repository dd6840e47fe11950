import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { chooseAccountName, createGrants } from './claims.ts';
import { toLocalPath } from './sign-on-routes.ts';

const grants = createGrants({
  oidcGroupsClaim: 'groups',
  oidcRoles: 'platform=admin, cn=ml=contributor, ml=contributor',
  oidcTeams: 'ml=search, cfo=search:viewer, cfo=ads:viewer',
  oidcDefaultRole: 'none',
});

describe('groups of a person', () => {
  it.each([
    [['ml', 'platform'], 'admin', ['search contributor']],
    [['ml', 'cfo'], 'contributor', ['search contributor', 'ads viewer']],
    [['cfo'], null, []],
    [[], null, []],
    ['ml', 'contributor', ['search contributor']],
    [undefined, null, []],
    [null, null, []],
    [[1, null, ['ml']], null, []],
    [['ML', ' ml'], null, []],
  ])('%j give the role %s and the teams %j', (groups, role, teams) => {
    const granted = grants.grant({ groups });
    expect([granted.role, granted.teams.map((of) => `${of.team} ${of.role}`)]).toEqual([role, teams]);
  });

  it.each([[{ ml: true }], [7], [true]])('are refused as %j, with the claim and the setting to correct', (groups) => {
    expect(() => grants.grant({ groups })).toThrow(
      expect.objectContaining({
        code: 'sign_on_failed',
        context: { reason: 'groups_invalid' },
        message: expect.stringMatching(/claim "groups" is of the type .* oidcGroupsClaim/),
      }),
    );
  });

  it('are found along the dots of a claim, and by a claim with dots', () => {
    const settings = { oidcRoles: 'ml=viewer', oidcTeams: '', oidcDefaultRole: 'none' } as const;
    const nested = createGrants({ ...settings, oidcGroupsClaim: 'realm_access.roles' });
    expect(nested.grant({ realm_access: { roles: ['ml'] } }).role).toBe('viewer');
    expect(nested.grant({ realm_access: 'ml' }).role).toBeNull();
    const named = createGrants({ ...settings, oidcGroupsClaim: 'https://example.org/groups' });
    expect(named.grant({ 'https://example.org/groups': ['ml'] }).role).toBe('viewer');
  });

  it('are refused when the provider left them out or sent too many', () => {
    const left = { _claim_names: { groups: 'src1' } };
    expect(() => grants.grant(left)).toThrow(/too many groups/);
    expect(grants.lacksGroups(left)).toBe(false);
    const many = { groups: Array.from({ length: 5001 }, (_, index) => `g${index}`) };
    expect(() => grants.grant(many)).toThrow(AppError);
  });
});

it.each([
  [{ email: 'Ada+x@Example.org', preferred_username: 'ada' }, 'ada-x@example.org'],
  [{ preferred_username: 'Ada Lovelace' }, 'ada-lovelace'],
  [{ email: 'ceo@example.org', email_verified: false, preferred_username: 'eve' }, 'eve'],
  [{ email: 7 }, 'subject-1'],
  [{ email: '@@' }, null],
  [{ email: 'local' }, null],
  [{ email: `${'a'.repeat(200)}@example.org` }, 'a'.repeat(100)],
])('the account of %j is named %s', (claims, name) => {
  if (name === null) expect(() => chooseAccountName(claims, 'subject-1')).toThrow(AppError);
  else expect(chooseAccountName(claims, 'subject-1')).toBe(name);
});

it.each([
  ['/costs?month=2026-10#a', '/costs?month=2026-10#a'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['https://evil.example', '/'],
  ['/api/v1/session', '/'],
  ['', '/'],
  [`/${'a'.repeat(1000)}`, '/'],
])('a sign-in for %j returns to %s', (wanted, path) => {
  expect(toLocalPath(wanted)).toBe(path);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../index.ts';
import type { ConfigName } from '../schema.ts';
import { parseRoleMappings, parseTeamMappings } from './schema.ts';

const settings = {
  accounts: 'on',
  publicUrl: 'https://steelyard.example.org',
  oidcIssuer: 'https://id.example.org',
  oidcClientId: 'steelyard',
  oidcRoles: 'platform=admin, ml=contributor',
};

type Flags = Partial<Record<ConfigName, unknown>>;

const load = (flags: Flags) => loadConfig({ environment: {}, flags }).config;

describe('settings of single sign-on', () => {
  it('are those of docs/sign-on.md', () => {
    const page = readFileSync(new URL('../../../../docs/sign-on.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const { oidcRoles, oidcTeams } = load(parse(example) as Flags);
    expect(parseRoleMappings(oidcRoles)[0]).toEqual({ group: 'ml-platform', role: 'admin' });
    expect(parseTeamMappings(oidcTeams)).toContainEqual({ group: 'ads-engineers', team: 'ads', role: 'contributor' });
  });

  it('are off without an issuer, and accepted together', () => {
    expect(load({}).oidcIssuer).toBeUndefined();
    expect(load(settings)).toMatchObject({ oidcRecheckMinutes: 15, oidcTokenDays: 7, passwordAccounts: 'all' });
    expect(load({ ...settings, oidcIssuer: 'http://127.0.0.1:9', publicUrl: 'http://127.0.0.1:8' })).toBeTruthy();
  });

  it.each<[string, Flags, RegExp]>([
    ['a role that does not exist', { oidcRoles: 'ml=superuser' }, /"oidcRoles".*viewer, contributor, finance/],
    ['a group without a role', { oidcRoles: 'ml' }, /"oidcRoles"/],
    ['a role of a team that does not exist', { oidcTeams: 'ml=search:admin' }, /"oidcTeams"/],
    ['no accounts', { accounts: 'off' }, /"accounts".*needs "on"/],
    ['no public address', { publicUrl: undefined }, /"publicUrl".*required/],
    ['a public address without TLS', { publicUrl: 'http://steelyard.example.org' }, /"publicUrl".*https/],
    ['an issuer without TLS', { oidcIssuer: 'http://id.example.org' }, /"oidcIssuer".*https/],
    ['an issuer of every organization', { oidcIssuer: 'https://login.microsoftonline.com/common/v2.0' }, /one tenant/],
    ['no client', { oidcClientId: undefined }, /"oidcClientId"/],
    ['a secret in place of a reference', { oidcClientSecret: 'hush' }, /"oidcClientSecret".*env:NAME/],
    ['scopes without openid', { oidcScopes: 'profile' }, /"oidcScopes"/],
    ['no way to a role', { oidcRoles: '' }, /"oidcRoles".*no person can sign in/],
    ['a certificate without a key', { tlsCertFile: '/tls.crt' }, /"tlsKeyFile".*required with tlsCertFile/],
  ])('refuse %s', (_, change, message) => {
    expect(() => load({ ...settings, ...change })).toThrow(message);
  });
});

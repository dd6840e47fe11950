import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from './program.ts';
import { capturedIo, steelyard, temporaryFolder } from './testing.ts';

const PASSWORD = 'correct horse battery';

/** `steelyard serve` with accounts, in this process. */
async function serveWithAccounts() {
  const data = join(temporaryFolder(), 'data');
  const environment = { STEELYARD_LOG_LEVEL: 'silent', STEELYARD_ACCOUNTS: 'on' };
  const { io, written, firstOutput, stop } = capturedIo(environment);
  const ended = main(['serve', '--port', '0', '--data', data, '--json'], io);
  await Promise.race([firstOutput, ended]);
  const started = JSON.parse(written.out) as { url: string; firstAccount: { name: string; passwordFile: string } };
  const password = readFileSync(started.firstAccount.passwordFile, 'utf8').trim();
  return {
    ...started,
    password,
    data,
    local: (words: readonly string[], extra = {}) =>
      steelyard([...words, '--data', data], { ...environment, ...extra }),
    [Symbol.asyncDispose]: async () => {
      stop('SIGTERM');
      await ended;
    },
  };
}

describe('accounts on the command line', () => {
  it('keeps the password of the first account in a file of its user, and lets in who may read the folder', async () => {
    await using server = await serveWithAccounts();
    expect([server.firstAccount.name, server.password]).toEqual(['admin', expect.stringMatching(/^.{24}$/)]);
    expect(statSync(server.firstAccount.passwordFile).mode & 0o077).toBe(0);
    expect(statSync(join(server.data, 'server.json')).mode & 0o077).toBe(0);
    const made = await server.local(['account', 'create', 'ada', '--role', 'viewer', '--json'], {
      STEELYARD_PASSWORD: PASSWORD,
    });
    expect([made.code, JSON.parse(made.out)]).toMatchObject([0, { name: 'ada', role: 'viewer', createdBy: 'local' }]);
    const listed = await server.local(['account', 'list']);
    expect(listed.out).toContain('ada');
    const token = await server.local(['token', 'create', 'ci', '--account', 'ada', '--scope', 'mlops.read', '--json']);
    expect(JSON.parse(token.out).token).toMatchObject({ account: 'ada', scopes: ['mlops.read'], parent: null });
    expect((await server.local(['token', 'create', 'ci', '--scope', 'everything'])).code).toBe(2);
    const team = join(temporaryFolder(), 'team.yaml');
    writeFileSync(team, '{apiVersion: steelyard/v1, kind: Team, metadata: {name: search}}');
    await server.local(['apply', '-f', team]);
    const added = await server.local(['team', 'add', 'search', 'ada', '--role', 'viewer']);
    expect([added.code, added.out]).toEqual([0, 'ada is a viewer of team search.\n']);
    expect((await server.local(['team', 'members', 'search'])).out).toMatch(/ada\s+viewer/);
    const deleted = await server.local(['account', 'delete', 'ada']);
    expect([deleted.code, deleted.out]).toEqual([0, 'The account ada is deleted.\n']);
    expect((await server.local(['team', 'remove', 'search', 'ada'])).code).toBe(4);
  });

  it('guard what another server imports, which is said in a sentence', async () => {
    await using server = await serveWithAccounts();
    const words = ['mlflow', 'import', '--from', server.url, '--data', join(temporaryFolder(), 'data')];
    const refused = await steelyard(words);
    expect([refused.code, refused.out]).toEqual([6, '']);
    expect(refused.err).toMatch(/^error\[not_authenticated\]: .*\nhint: Set MLFLOW_TRACKING_USERNAME .*\n$/);
    const {
      password,
      firstAccount: { name },
    } = server;
    const taken = await steelyard(words, { MLFLOW_TRACKING_USERNAME: name, MLFLOW_TRACKING_PASSWORD: password });
    expect([taken.code, taken.err]).toEqual([0, '']);
  });

  it('makes an account in a folder that nobody serves', async () => {
    const data = join(temporaryFolder(), 'data');
    const environment = { STEELYARD_ACCOUNTS: 'on', STEELYARD_PASSWORD: PASSWORD };
    const made = await steelyard(['account', 'create', 'ada', '--role', 'admin', '--data', data], environment);
    expect([made.code, made.err]).toEqual([0, '']);
    const listed = await steelyard(['account', 'list', '--data', data, '--json'], environment);
    expect(JSON.parse(listed.out).accounts.map(({ name }: { name: string }) => name)).toEqual(['ada']);
  });

  it('keeps the token of a login in a file that only its user can read, until logout', async () => {
    await using server = await serveWithAccounts();
    const { url } = server;
    const environment = { XDG_CONFIG_HOME: temporaryFolder() };
    const at = (words: readonly string[], extra = {}) =>
      steelyard([...words, '--url', url], { ...environment, ...extra });

    const refused = await at(['team', 'list']);
    expect([refused.code, refused.err]).toMatchObject([6, expect.stringContaining('error[not_authenticated]')]);
    expect((await at(['login', '--name', 'admin'], { STEELYARD_PASSWORD: 'wrong' })).code).toBe(6);
    const login = await at(['login', '--name', 'admin'], { STEELYARD_PASSWORD: server.password });
    expect([login.code, login.out]).toEqual([0, `Logged in to ${url} as admin.\n`]);

    const file = join(environment.XDG_CONFIG_HOME, 'steelyard', 'credentials.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await at(['whoami'])).out).toBe('admin (admin)\n');
    const token = await at(['token', 'create', 'ci', '--json']);
    const { secret } = JSON.parse(token.out) as { secret: string };
    const other = { XDG_CONFIG_HOME: temporaryFolder(), STEELYARD_TOKEN: secret };
    expect((await steelyard(['whoami', '--url', url], other)).out).toBe('admin (admin)\n');

    const kept = JSON.parse(readFileSync(file, 'utf8'))[url].token as string;
    expect((await at(['logout'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('sy_');
    const gone = await steelyard(['team', 'list', '--url', url], { ...other, STEELYARD_TOKEN: kept });
    expect(gone.code).toBe(6);
  });

  it('lists, exports and verifies the audit trail', async () => {
    await using server = await serveWithAccounts();
    await server.local(['account', 'create', 'ci', '--role', 'contributor', '--no-password']);
    const listed = await server.local(['audit', 'list']);
    expect(listed.out).toContain('POST /api/v1/accounts');
    const verified = await server.local(['audit', 'verify', '--json']);
    const { head, intact } = JSON.parse(verified.out) as { head: string; intact: boolean };
    expect([verified.code, intact]).toEqual([0, true]);
    expect((await server.local(['audit', 'verify', '--head', head])).code).toBe(0);
    expect(
      (await server.local(['audit', 'verify', '--head', head.replace(/.$/, head.endsWith('0') ? '1' : '0')])).code,
    ).toBe(1);
    expect((await server.local(['audit', 'export'])).out.split('\n')[0]).toContain('seq,firstAt');
  });
});

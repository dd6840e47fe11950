import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function expectGolden(name: string, ended: Ended): void {
  const { actual, expected } = golden(name, normalised(ended, [folder, server.data]));
  expect(actual).toBe(expected);
}

const rows = (shift: number, step: number) =>
  Array.from({ length: 200 }, (_, at) => `${((at * step) % 199) / 10 + shift},${'abc'[(at * step) % 3]},2026-11-01`);
const reference = put('reference.csv', `price,colour,day\n${rows(0, 7).join('\n')}\n`);
const current = put('current.csv', `price,colour,day\n${rows(3, 11).join('\n')}\n`);

describe('drift on the command line', () => {
  it('is a table to read, and the whole answer with --json', async () => {
    expectGolden('drift-compare', await server.run('drift', 'compare', reference, current));
    expectGolden(
      'drift-compare-json',
      await server.run('drift', 'compare', reference, current, '--columns', 'price', '--method', 'psi', '--json'),
    );
  });

  it('is found against a profile too', async () => {
    expectGolden('drift-profile', await server.run('drift', 'profile', 'october', reference));
    const found = await server.run('drift', 'compare', 'profile:october', current, '--json');
    expect(found).toEqual(await server.run('drift', 'compare', reference, current, '--json'));
    expectGolden('drift-profiles', await server.run('drift', 'profiles'));
    expect((await server.run('drift', 'forget', 'october')).out).toBe('Removed the profile october.\n');
    expect((await server.run('drift', 'profiles')).err).toContain('No profile yet.');
  });

  it.each([
    ['an unknown method', ['--method', 'kss'], 2, 'usage'],
    ['a column that is nowhere', ['--columns', 'prize'], 2, 'drift_column_missing'],
  ] as const)('refuses %s', async (_what, words, code, error) => {
    const ended = await server.run('drift', 'compare', reference, current, ...words);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(`error[${error}]`);
  });

  it('refuses files and profiles that are not there', async () => {
    const absent = await server.run('drift', 'compare', join(folder, 'none.csv'), current);
    expect([absent.code, absent.err]).toEqual([1, expect.stringContaining('error[file_not_found]')]);
    const profile = await server.run('drift', 'compare', 'profile:none', current);
    expect([profile.code, profile.err]).toEqual([4, expect.stringContaining('error[drift_profile_not_found]')]);
    const named = await server.run('drift', 'profile', 'No Name', reference);
    expect([named.code, named.err]).toEqual([2, expect.stringContaining('error[usage]')]);
  });
});

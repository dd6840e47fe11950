import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, type Ended, golden, normalised, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;
beforeAll(async () => {
  server = await serveFolder();
  const rows = bill(
    {},
    { billed: '8', service: 'AWS Support', tags: '{}' },
    { billed: '3', tags: '"{""team"": ""fraud""}"' },
  );
  await server.run('bill', 'import', put('bill.csv', rows), '--source', 'aws');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function put(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const document = (rules: string) =>
  `apiVersion: steelyard/v1\nkind: AllocationRules\nmetadata: {name: rules}\nspec:\n  rules:\n${rules}`;
const TAGGED = "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}\n";
const SUPPORT = '    - {name: support, match: {serviceName: AWS Support}, split: {method: proportional, by: cost}}\n';

function expectGolden(name: string, ended: Ended): void {
  const { actual, expected } = golden(name, normalised(ended, [folder, server.data]));
  expect(actual).toBe(expected);
}

describe('allocation on the command line', () => {
  it('previews, applies and shows what is covered', async () => {
    const path = put('rules.yaml', document(TAGGED + SUPPORT));
    expectGolden('allocation-preview', await server.run('allocation', 'preview', '-f', path));
    expect((await server.run('allocation', 'rules')).err).toContain('No rules yet.');
    expectGolden('allocation-apply', await server.run('allocation', 'apply', '-f', path));
    expectGolden('allocation-coverage', await server.run('allocation', 'coverage', '--by', 'team'));
    expectGolden('allocation-rules', await server.run('allocation', 'rules'));
    const again = await server.run('allocation', 'apply', '-f', path);
    expect([again.code, again.out]).toEqual([0, 'rules: unchanged\n']);
    const moves = JSON.parse((await server.run('allocation', 'preview', '-f', path, '--json')).out) as {
      moves: unknown[];
    };
    expect(moves.moves).toEqual([]);
  });

  it('lists what no rule took', async () => {
    await server.run('allocation', 'apply', '-f', put('tagged.yaml', document(TAGGED)));
    expectGolden('allocation-unallocated', await server.run('allocation', 'unallocated'));
  });

  it('refuses documents of other kinds and applies none of them', async () => {
    const team = 'apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: a}\nspec: {}\n';
    const ended = await server.run('allocation', 'apply', '-f', put('team.yaml', team));
    expect(ended.code).toBe(1);
    expect(ended.err).toContain('Team "a" is no AllocationRules');
    expect((await server.run('team', 'list', '--json')).out).not.toContain('"a"');
  });

  it('reconciles a period, and says when nothing meets', async () => {
    const ended = await server.run('allocation', 'reconcile', '--period', '2026-10');
    expect([ended.code, ended.err]).toEqual([0, 'Nothing billed in this period meets metered usage.\n']);
    expect((await server.run('allocation', 'reconcile')).code).toBe(2);
  });

  it('adds the rule by the tag that names a team, once', async () => {
    await server.run('allocation', 'apply', '-f', put('none.yaml', `${document('').trimEnd()} []\n`));
    const dry = await server.run('allocation', 'by-team-tag', '--dry-run');
    expect(dry.out).toContain('tag:team');
    const added = await server.run('allocation', 'by-team-tag');
    expect(added.out).toMatch(
      /^Added the rule by-team-tag\. 2 of 3 rows \(effective cost .* have the tag team: 2 teams\.\n$/,
    );
    const again = await server.run('allocation', 'by-team-tag');
    expect([again.code, again.out, again.err]).toEqual([
      0,
      '',
      'No rule to add. Rules in force assign cost to teams.\n',
    ]);
  });
});

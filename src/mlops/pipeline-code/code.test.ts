import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openObjects } from '../../platform/objects/index.ts';
import { newRepository } from '../testing/triggers.ts';
import { createCodeStore } from './code.ts';
import { createTrees } from './trees.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'code-'));

async function codeStore(environment: Record<string, string> = {}) {
  const objects = await openObjects(newFolder());
  const environmentOfGit = { PATH: process.env.PATH, ...environment };
  return createCodeStore({ objects, trees: createTrees(objects), folder: newFolder(), environment: environmentOfGit });
}

it('reads a repository many times at once, each as it is at its commit', async () => {
  const repository = newRepository();
  const commits = ['one', 'two', 'three'].map((text) => repository.commit({ 'a.txt': text }));
  const code = await codeStore();
  const asked = [...commits, ...commits, 'main', 'main'];
  const found = await Promise.all(asked.map((ref) => code.addCommit({ git: repository.folder, ref })));
  expect(found.map(({ commit }) => commit)).toEqual([...commits, ...commits, commits[2], commits[2]]);
  expect(new Set(found.map(({ digest }) => digest)).size).toBe(3);
  const later = repository.commit({ 'a.txt': 'four' });
  const again = await Promise.all([1, 2, 3].map(() => code.addCommit({ git: repository.folder, ref: 'main' })));
  expect(again.map(({ commit }) => commit)).toEqual([later, later, later]);
});

it('goes on after a repository that could not be read', async () => {
  const repository = newRepository();
  repository.commit({ 'a.txt': 'x' });
  const code = await codeStore();
  const wrong = code.addCommit({ git: repository.folder, ref: 'no-such-branch' });
  const right = code.addCommit({ git: repository.folder, ref: 'main' });
  await expect(wrong).rejects.toMatchObject({ code: 'git_failed' });
  expect((await right).files.map(({ path }) => path)).toEqual(['a.txt']);
});

it('gives Git the environment that it was given', async () => {
  const repository = newRepository();
  repository.commit({ 'a.txt': 'x' });
  const [key, value] = [`url.${repository.folder}.insteadOf`, 'https://git.test/a'];
  const code = await codeStore({ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: value });
  expect((await code.addCommit({ git: value, ref: 'main' })).files).toHaveLength(1);
});

it.each([
  'fd::17',
  'ext::sh -c "touch /tmp/x"',
  'http://127.0.0.1:9/a.git',
  'git://127.0.0.1:9/a',
  'ftp://127.0.0.1:9/a',
])('refuses %s at once, without a program or a connection', async (git) => {
  const code = await codeStore();
  const refused = code.addCommit({ git, ref: 'main' });
  await expect(refused).rejects.toMatchObject({
    code: 'git_failed',
    message: expect.stringMatching(/transport '\w+' not allowed/),
  });
});

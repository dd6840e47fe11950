import { describe, expect, it } from 'vitest';
import { explainIgnored, parsePush } from './pushes.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NONE = '0'.repeat(40);
const github = {
  ref: 'refs/heads/main',
  before: A,
  after: B,
  deleted: false,
  forced: false,
  commits: [{ added: ['src/new.py'], removed: ['old.py'], modified: ['README.md'] }],
  repository: { full_name: 'acme/ranker' },
};
const gitlab = {
  object_kind: 'push',
  ref: 'refs/heads/main',
  before: A,
  after: B,
  total_commits_count: 1,
  commits: [{ added: ['src/new.py'], removed: [], modified: [] }],
  project: { path_with_namespace: 'acme/ranker' },
};
const wanted = { provider: 'github', secret: 'env:S', branches: ['main', 'release/*'] } as const;
const of = (provider: 'github' | 'gitlab', body: object) => parsePush(provider, Buffer.from(JSON.stringify(body)));

describe('a push', () => {
  it.each([
    ['to a branch', {}, {}, null],
    ['to another branch', { ref: 'refs/heads/dev' }, {}, 'the branch is dev'],
    ['of a tag', { ref: 'refs/tags/main' }, {}, 'refs/tags/main is not a branch'],
    ['that deletes', { deleted: true, after: NONE }, {}, 'the branch main was deleted'],
    ['of another repository', {}, { repository: 'acme/other' }, 'the repository is acme/ranker'],
    ['of its paths', {}, { paths: ['src/**'] }, null],
    ['that removes one of its paths', {}, { paths: ['old.py'] }, null],
    ['of other paths', {}, { paths: ['docs/**'] }, 'no file that matches paths changed'],
    ['of a moved branch, whose files are not all told', { forced: true }, { paths: ['docs/**'] }, null],
    ['of a new branch, whose files are not all told', { before: NONE }, { paths: ['docs/**'] }, null],
  ])('%s', (_what, body, trigger, reason) => {
    const push = of('github', { ...github, ...body });
    expect(explainIgnored({ ...wanted, branches: [...wanted.branches], ...trigger }, push)).toBe(reason);
  });

  it.each([
    ['with all its files', {}, 'no file that matches paths changed'],
    ['of more commits than are told', { total_commits_count: 40 }, null],
    ['of a branch that was moved back', { total_commits_count: 0, commits: [] }, null],
    ['that deletes', { after: NONE, commits: [], total_commits_count: 0 }, 'the branch main was deleted'],
  ])('of GitLab %s', (_what, body, reason) => {
    const push = of('gitlab', { ...gitlab, ...body });
    expect(explainIgnored({ ...wanted, branches: ['main'], paths: ['docs/**'] }, push)).toBe(reason);
  });

  it.each([
    ['a commit that is an option', { after: '--upload-pack=touch /tmp/x' }, 'after'],
    ['a short commit', { after: 'abc1234' }, 'after'],
    ['a ref that is an option', { ref: '--exec=x' }, 'ref'],
    ['a ref with a line break', { ref: 'refs/heads/a\nb' }, 'ref'],
    ['no repository', { repository: undefined }, 'repository'],
    ['a repository with a NUL', { repository: { full_name: 'a\0b' } }, 'repository.full_name'],
    ['commits that are none', { commits: 'all' }, 'commits'],
  ])('is refused with %s', (_what, body, field) => {
    expect(() => of('github', { ...github, ...body })).toThrow(`"${field}" in the body`);
  });

  it('is refused where it is no JSON', () => {
    expect(() => parsePush('github', Buffer.from('payload=%7B%7D'))).toThrow('not valid JSON');
  });
});

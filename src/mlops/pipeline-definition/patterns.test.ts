import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSelected } from './patterns.ts';
import { Triggers } from './triggers/schema.ts';

describe('patterns of branches and paths', () => {
  it.each([
    [['main'], 'main', true],
    [['main'], 'maintenance', false],
    [['main'], 'feature/main', false],
    [['release/*'], 'release/1.2', true],
    [['release/*'], 'release/1/hotfix', false],
    [['release/**'], 'release/1/hotfix', true],
    [['release/*'], 'release', false],
    [['**'], 'any/thing at.all', true],
    [['*'], 'a/b', false],
    [['v?'], 'v1', true],
    [['v?'], 'v10', false],
    [['src/**'], 'src/deep/er/train.py', true],
    [['src/**'], 'lib/src/train.py', false],
    [['**/*.py'], 'train.py', true],
    [['**/*.py'], 'src/deep/train.py', true],
    [['src/**', '!src/docs/**'], 'src/docs/a.md', false],
    [['src/**', '!src/docs/**', 'src/docs/keep.md'], 'src/docs/keep.md', true],
    [['**'], '.hidden/.file', true],
    [['src/**'], 'src/.env', true],
    [['dev+test'], 'dev+test', true],
    [['a.b'], 'axb', false],
    [['a**b'], 'a/x/b', true],
    [['a/**/b'], 'a/b', true],
    [['a/**/b'], 'a/x/y/b', true],
    [['a/**/b'], 'a/xb', false],
    [['main'], 'main/', false],
    [['?'], '😀', true],
  ])('%j takes %s in: %s', (patterns, name, selected) => {
    expect(isSelected(patterns, name)).toBe(selected);
  });

  const name = fc.stringMatching(/^[a-z0-9._-]{1,12}(\/[a-z0-9._-]{1,12}){0,4}$/);

  it('take every name in by ** and by itself, and leave it out when the last word is against it', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(isSelected(['**'], text)).toBe(true);
        expect(isSelected([text], text)).toBe(true);
        expect(isSelected(['**', `!${text}`], text)).toBe(false);
        expect(isSelected([`${text}/**`], `${text}/x/y`)).toBe(true);
        expect(isSelected([`${text}/*`], `${text}/x/y`)).toBe(false);
      }),
    );
  });

  it('are answered at once, however many stars they may have', () => {
    const pattern = '*a'.repeat(120);
    const begin = performance.now();
    expect(isSelected([pattern], `${'a'.repeat(4000)}b`)).toBe(false);
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  it.each([
    [['!main'], 'at least one pattern without !'],
    [['{a,b}'], 'a pattern of *, ** and ?'],
    [['a(b)'], 'a pattern of *, ** and ?'],
    [[], 'Too small'],
  ])('that cannot be read are refused: %j', (branches, message) => {
    const { error } = Triggers.safeParse([{ push: { provider: 'github', secret: 'env:S', branches } }]);
    expect(JSON.stringify(error?.issues)).toContain(message);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resolveSecret, Secret } from './index.ts';
import { SecretReference } from './schema.ts';

function secretFile(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'secret-')), 'token');
  writeFileSync(path, content);
  return path;
}

describe('secrets', () => {
  it('are found in a variable and in a file, without the line break that ends it', async () => {
    expect((await resolveSecret('env:TOKEN', { TOKEN: 'hush' })).reveal()).toBe('hush');
    expect((await resolveSecret(`file:${secretFile('hush\n')}`)).reveal()).toBe('hush');
  });

  it('show themselves in no log, JSON or template', () => {
    const secret = new Secret('hush');
    const shown = [`${secret}`, JSON.stringify({ secret }), inspect(secret), inspect({ deep: [secret] })].join(' ');
    expect(shown).not.toContain('hush');
    expect(shown.match(/\[redacted\]/g)).toHaveLength(4);
  });

  it.each([
    ['a variable that is not set', 'env:NOPE', /NOPE is not set/],
    ['an empty variable', 'env:EMPTY', /EMPTY is not set/],
    ['a file that is not there', 'file:/no/such/file', /does not exist/],
    ['an empty file', `file:${secretFile('\n')}`, /is empty/],
    ['a file of several lines', `file:${secretFile('root:x:0\ndaemon:x:1')}`, /not one line/],
    ['a large file', `file:${secretFile('x'.repeat(20_000))}`, /more than 16384 bytes/],
    ['a folder', `file:${tmpdir()}`, /cannot be read \(EISDIR\)/],
  ])('are refused: %s', async (_, reference, message) => {
    const resolving = resolveSecret(reference, { EMPTY: ' ' });
    await expect(resolving).rejects.toMatchObject({
      code: 'secret_unresolved',
      message: expect.stringMatching(message),
    });
  });

  it.each(['AKIAIOSFODNN7EXAMPLE', 'env:', 'env:a-b', 'file:relative', 'vault:x', ''])(
    'must be references: %j is refused, and not repeated',
    (given) => {
      const { error } = SecretReference.safeParse(given);
      expect(error?.issues[0]?.message).toMatch(/the secret itself is not accepted/);
      expect(error?.message).not.toContain('AKIA');
    },
  );
});

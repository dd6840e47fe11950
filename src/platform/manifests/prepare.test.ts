import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SecretReference } from '../secrets/schema.ts';
import { Outdated, openStore } from '../store/index.ts';
import { applyManifests } from './apply.ts';
import { createSpecKind } from './spec-kind.ts';

const text = (kind: string) => `apiVersion: steelyard/v1\nkind: ${kind}\nmetadata: {name: one}\nspec: {}\n`;
const file = { file: 'all.yaml', text: `${text('Slow')}---\n${text('Quick')}` };

/** A kind with `prepare`, one without, and a log of their calls in order. */
function kinds(quickFails = false) {
  const done: string[] = [];
  const spec = z.strictObject({ token: SecretReference.optional() });
  const slow = createSpecKind(
    'Slow',
    1,
    spec,
    async () => {
      done.push('apply alone');
      return 'created';
    },
    async () => {
      done.push('prepare');
      return {
        apply: async () => {
          done.push('apply prepared');
          return 'created' as const;
        },
        discard: async () => void done.push('discard'),
      };
    },
  );
  const quick = createSpecKind('Quick', 2, spec, async () => {
    if (quickFails) throw new Error('no');
    done.push('quick');
    return 'created';
  });
  return { done, kinds: { Slow: slow, Quick: quick } };
}

async function store() {
  return openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'steelyard-prepare-')) });
}

describe('a kind that prepares', () => {
  it('does its long work before the transaction', async () => {
    await using opened = await store();
    const { done, kinds: both } = kinds();
    await applyManifests(opened, both, [file]);
    expect(done).toEqual(['prepare', 'apply prepared', 'quick']);
  });

  it('prepares again what has changed meanwhile, outside of the transaction that was undone', async () => {
    await using opened = await store();
    const done: string[] = [];
    const changing = createSpecKind(
      'Slow',
      1,
      z.strictObject({}),
      async () => 'created',
      async () => ({
        apply: async () => {
          done.push('apply');
          if (done.filter((what) => what === 'refresh').length < 2) throw new Outdated();
          return 'created';
        },
        refresh: async () => {
          done.push('refresh');
          // It would wait for ever inside of a write transaction.
          await opened.transaction(async () => undefined);
        },
        discard: async () => void done.push('discard'),
      }),
    );
    await applyManifests(opened, { Slow: changing }, [{ file: 'all.yaml', text: text('Slow') }]);
    expect(done).toEqual(['apply', 'refresh', 'apply', 'refresh', 'apply']);
  });

  it('prepares nothing for a dry run', async () => {
    await using opened = await store();
    const { done, kinds: both } = kinds();
    await applyManifests(opened, both, [file], { dryRun: true });
    expect(done).toEqual(['apply alone', 'quick']);
  });

  it('discards what it prepared when another document fails', async () => {
    await using opened = await store();
    const { done, kinds: both } = kinds(true);
    await expect(applyManifests(opened, both, [file])).rejects.toThrow('no');
    expect(done).toEqual(['prepare', 'apply prepared', 'discard']);
  });

  it('prepares nothing of a document that only an administrator may change, unless one asks', async () => {
    await using opened = await store();
    const secret = { ...file, text: file.text.replace('spec: {}', 'spec: { token: env:TOKEN }') };
    const { done, kinds: both } = kinds();
    const refused = applyManifests(opened, both, [secret]);
    await expect(refused).rejects.toMatchObject({ code: 'not_permitted', context: { path: 'spec.token', line: 1 } });
    expect(done.splice(0)).toEqual(['apply alone']);
    await applyManifests(opened, both, [secret], { asAdmin: true });
    expect(done).toEqual(['prepare', 'apply prepared', 'quick']);
  });
});

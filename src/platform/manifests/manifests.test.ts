import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { DecimalString } from '../units/schema.ts';
import { applyManifests, type Manifest, type ManifestKind, type ManifestKinds, readManifests } from './index.ts';
import { computeEditDistance, findNearest } from './nearest.ts';

interface Tables {
  thing: { kind: string; name: string };
}

const common = <Kind extends string>(kind: Kind) => ({
  apiVersion: z.literal('steelyard/v1'),
  kind: z.literal(kind),
  metadata: z.strictObject({ name: z.string().regex(/^[a-z-]+$/, 'a name of lower-case letters') }),
});

const Shelf = z.strictObject({
  ...common('Shelf'),
  spec: z.strictObject({ colour: z.enum(['red', 'blue']).optional() }),
});
const Book = z.strictObject({
  ...common('Book'),
  spec: z.strictObject({
    shelf: z.string(),
    price: DecimalString.optional(),
    pages: z.number().int().optional(),
    authors: z.array(z.strictObject({ name: z.string(), born: z.number().optional() })).default([]),
    cover: z.union([z.strictObject({ hard: z.boolean() }), z.strictObject({ soft: z.literal('yes') })]).optional(),
  }),
});

async function put(sql: Pick<Store, 'tables'>, kind: string, document: Manifest): Promise<'created' | 'unchanged'> {
  const { name } = document.metadata;
  const things = sql.tables<Tables>();
  const known = await things
    .selectFrom('thing')
    .where('kind', '=', kind)
    .where('name', '=', name)
    .selectAll()
    .execute();
  if (known.length > 0) return 'unchanged';
  await things.insertInto('thing').values({ kind, name }).execute();
  return 'created';
}

const shelf: ManifestKind<z.infer<typeof Shelf>> = {
  kind: 'Shelf',
  schema: Shelf,
  order: 10,
  apply: (sql, document) => put(sql, 'Shelf', document),
};
const book: ManifestKind<z.infer<typeof Book>> = {
  kind: 'Book',
  schema: Book,
  order: 20,
  async apply(sql, document) {
    const shelves = await sql
      .tables<Tables>()
      .selectFrom('thing')
      .where('name', '=', document.spec.shelf)
      .selectAll()
      .execute();
    if (shelves.length > 0) return put(sql, 'Book', document);
    throw new AppError('manifest_reference_unknown', `there is no shelf "${document.spec.shelf}".`);
  },
};
const kinds: ManifestKinds = { Shelf: shelf, Book: book };

const shelfText = (name: string) => `apiVersion: steelyard/v1
kind: Shelf
metadata:
  name: ${name}
spec: {}
`;
const bookText = (spec: string) => `apiVersion: steelyard/v1
kind: Book
metadata:
  name: steelyards
spec:
  shelf: balances
${spec}`;

async function refusal(text: string): Promise<AppError> {
  try {
    await readManifests([{ file: 'a.yaml', text }], kinds);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('reading manifests', () => {
  it('reads several documents of a file, with the line where each begins, and skips empty ones', async () => {
    const text = `# shelves\n${shelfText('a')}---\n# nothing\n---\n${bookText('')}`;
    const read = await readManifests([{ file: 'a.yaml', text }], kinds);
    expect(read.map(({ kind, line, document }) => [kind.kind, line, document])).toEqual([
      ['Shelf', 2, { apiVersion: 'steelyard/v1', kind: 'Shelf', metadata: { name: 'a' }, spec: {} }],
      ['Book', 10, expect.objectContaining({ spec: { shelf: 'balances', authors: [] } })],
    ]);
  });

  it.each([
    ['nothing', '', 'file_empty', 'a.yaml contains no document.'],
    ['only a comment', '# later\n---\n', 'file_empty', 'a.yaml contains no document.'],
    ['an open bracket', 'kind: Shelf\nspec: [1,\n', 'yaml_invalid', /^a\.yaml:3:1: /],
    ['a key twice', 'kind: Shelf\nspec: {}\nspec: {}\n', 'yaml_invalid', 'a.yaml:3:1: Map keys must be unique.'],
    ['a tab as indentation', 'kind: Shelf\nspec:\n\ta: 1\n', 'yaml_invalid', /^a\.yaml:3:\d+: .*[Tt]abs/],
    ['a tag of another program', 'kind: !include x\n', 'yaml_invalid', /^a\.yaml:1:7: Unresolved tag/],
    ['an alias to nothing', 'kind: Shelf\nspec: *other\n', 'yaml_invalid', /Unresolved alias.*other/],
    [
      'a list',
      '- Shelf\n',
      'manifest_invalid',
      'a.yaml:1:1: a document is a mapping with apiVersion, kind, metadata and spec.',
    ],
    [
      'no kind',
      'spec: {}\n',
      'manifest_kind_unknown',
      'a.yaml:1:1: kind: the document has no kind. Kinds: Shelf, Book.',
    ],
    [
      'a mistyped kind',
      'a: 1\nkind: Shlef\n',
      'manifest_kind_unknown',
      'a.yaml:2:7: kind: there is no kind "Shlef". Did you mean "Shelf"?',
    ],
    [
      'another kind',
      'kind: Deployment\n',
      'manifest_kind_unknown',
      'a.yaml:1:7: kind: there is no kind "Deployment". Kinds: Shelf, Book.',
    ],
    ['a name of a property of objects', 'kind: toString\n', 'manifest_kind_unknown', /there is no kind "toString"/],
  ])('refuses %s and says where', async (_what, text, code, detail) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ code, context: { file: 'a.yaml' } });
    expect(error.message).toMatch(detail);
  });

  it.each([
    ['a mistyped key', bookText('  pgaes: 5'), 'a.yaml:7:3: spec.pgaes: unknown field "pgaes"; did you mean "pages"?'],
    [
      'a foreign key',
      bookText('  isbn: x'),
      'a.yaml:7:3: spec.isbn: unknown field "isbn"; valid fields: shelf, price, pages, authors, cover.',
    ],
    [
      'a key of an item',
      bookText('  authors:\n    - nmae: x'),
      'a.yaml:8:7: spec.authors[0].nmae: unknown field "nmae"; did you mean "name"? (and 1 more in this document)',
    ],
    [
      'a number without quotes',
      bookText('  price: 12.50'),
      'a.yaml:7:10: spec.price: expected text, found 12.50; put it in quotes: "12.50".',
    ],
    ['text for a number', bookText('  pages: many'), 'a.yaml:7:10: spec.pages: expected a number, found "many".'],
    [
      'a wrong form',
      bookText('  price: "1,5"'),
      'a.yaml:7:10: spec.price: expected an exact decimal such as "12.50", found "1,5".',
    ],
    ['a list for text', bookText('').replace('balances', '[a]'), 'a.yaml:6:10: spec.shelf: expected text.'],
    [
      'a missing field',
      bookText('').replace('  shelf: balances', '  pages: 1'),
      'a.yaml:6:3: spec.shelf: "shelf" is missing; expected text.',
    ],
    [
      'a missing section',
      'kind: Shelf\napiVersion: steelyard/v1\nspec: {}\n',
      'a.yaml:1:1: metadata: "metadata" is missing; expected a mapping (name: value).',
    ],
    [
      'a mistyped value',
      shelfText('a').replace('{}', '{colour: bleu}'),
      'a.yaml:5:16: spec.colour: expected one of "red", "blue" (did you mean "blue"?), found "bleu".',
    ],
    [
      'another version',
      shelfText('a').replace('v1', 'v9'),
      'a.yaml:1:13: apiVersion: expected "steelyard/v1", found "steelyard/v9".',
    ],
    ['a bad name', shelfText('A!'), 'a.yaml:4:9: metadata.name: expected a name of lower-case letters, found "A!".'],
    [
      'a wrong branch',
      bookText('  cover: {hard: maybe}'),
      'a.yaml:7:17: spec.cover.hard: expected true or false, found "maybe".',
    ],
  ])('says for %s what was expected, at its line and column', async (_what, text, message) => {
    const error = await refusal(text);
    expect([error.code, error.message]).toEqual(['manifest_invalid', message]);
  });

  it('gives every problem of a document as data', async () => {
    const error = await refusal(bookText('  pages: x\n  prise: "1"'));
    expect(error.context).toMatchObject({
      kind: 'Book',
      problems: [
        { file: 'a.yaml', line: 7, column: 10, path: 'spec.pages' },
        { file: 'a.yaml', line: 8, column: 3, path: 'spec.prise' },
      ],
    });
  });

  it('refuses aliases that would fill the memory', async () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(', ')}]`);
    const error = await refusal(`kind: Shelf\nl0: &l0 [x, x, x]\n${levels.join('\n')}\n`);
    expect([error.code, error.message]).toEqual(['yaml_invalid', expect.stringContaining('alias')]);
  });
});

describe('the size of manifests', () => {
  const sized = (lines: number) => 'a\n'.repeat(lines);

  const tooLarge = { code: 'payload_too_large' };
  const read = (...texts: string[]) =>
    readManifests(
      texts.map((text, index) => ({ file: `${index}.yaml`, text })),
      kinds,
    );

  it('is bounded before anything is parsed, over all files together', async () => {
    await expect(read(sized(15_000))).rejects.toMatchObject({ code: 'manifest_invalid' });
    await expect(read(sized(250_000))).rejects.toMatchObject(tooLarge);
    await expect(read(sized(15_000), sized(15_000))).rejects.toMatchObject(tooLarge);
    await expect(read(`[${'1,'.repeat(100_000)}]`)).rejects.toMatchObject(tooLarge);
  });

  it('takes time in proportion, with ten thousand keys in a mapping too', async () => {
    const text = `kind: Shelf\nspec: {}\n${Array.from({ length: 10_000 }, (_, index) => `key${index}: v\n`).join('')}`;
    const before = process.cpuUsage();
    await expect(read(text)).rejects.toThrow(AppError);
    // Comparing each key with all before it takes more than a second.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(600);
  });
});

describe('applying manifests', () => {
  async function open(): Promise<Store> {
    const store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'manifests-')) });
    await store.tables().schema.createTable('thing').addColumn('kind', 'text').addColumn('name', 'text').execute();
    return store;
  }
  const stored = async (store: Store) =>
    (await store.tables<Tables>().selectFrom('thing').select('name').execute()).map((row) => row.name);

  it('applies what is referred to before what refers to it, whatever the order of the files', async () => {
    await using store = await open();
    const texts = [
      { file: 'b.yaml', text: bookText('') },
      { file: 's.yaml', text: shelfText('balances') },
    ];
    expect(await applyManifests(store, kinds, texts)).toEqual({
      applied: [
        { kind: 'Shelf', name: 'balances', outcome: 'created' },
        { kind: 'Book', name: 'steelyards', outcome: 'created' },
      ],
    });
    const again = await applyManifests(store, kinds, texts);
    expect(again.applied.map((one) => one.outcome)).toEqual(['unchanged', 'unchanged']);
  });

  it('applies nothing when a later file is wrong', async () => {
    await using store = await open();
    const texts = [
      { file: 's.yaml', text: shelfText('balances') },
      { file: 'b.yaml', text: 'kind: Boko' },
    ];
    await expect(applyManifests(store, kinds, texts)).rejects.toMatchObject({ code: 'manifest_kind_unknown' });
    expect(await stored(store)).toEqual([]);
  });

  it('applies nothing when a document refers to what is not there, and says which one', async () => {
    await using store = await open();
    const texts = [{ file: 'all.yaml', text: `${shelfText('scales')}---\n${bookText('')}` }];
    await expect(applyManifests(store, kinds, texts)).rejects.toMatchObject({
      code: 'manifest_reference_unknown',
      message: 'all.yaml:7: Book "steelyards": there is no shelf "balances".',
      context: { file: 'all.yaml', line: 7, kind: 'Book', name: 'steelyards' },
    });
    expect(await stored(store)).toEqual([]);
  });

  it('says what a dry run would do and leaves everything as it was', async () => {
    await using store = await open();
    const texts = [{ file: 'all.yaml', text: `${bookText('')}\n---\n${shelfText('balances')}` }];
    const { applied } = await applyManifests(store, kinds, texts, { dryRun: true });
    expect(applied.map((one) => `${one.kind} ${one.outcome}`)).toEqual(['Shelf created', 'Book created']);
    expect(await stored(store)).toEqual([]);
  });

  it('refuses two documents of one name', async () => {
    await using store = await open();
    const texts = [
      { file: 'one.yaml', text: shelfText('a') },
      { file: 'two.yaml', text: shelfText('a') },
    ];
    await expect(applyManifests(store, kinds, texts)).rejects.toMatchObject({
      code: 'manifest_invalid',
      message: 'two.yaml:1: Shelf "a" is also in one.yaml:1. Keep one of them.',
    });
  });
});

describe('the nearest word', () => {
  it.each([
    ['ower', 'owner'],
    ['onwer', 'owner'],
    ['Displayname', 'displayName'],
    ['descripton', 'description'],
    ['xyz', null],
    ['', null],
  ])('takes %j for %j', (word, expected) => {
    expect(findNearest(word, ['owner', 'displayName', 'description'])).toBe(expected);
  });

  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abcd', 'acbd', 1],
  ])('counts the edits from %j to %j as %d, in both directions', (from, to, edits) => {
    expect([computeEditDistance(from, to), computeEditDistance(to, from)]).toEqual([edits, edits]);
  });
});

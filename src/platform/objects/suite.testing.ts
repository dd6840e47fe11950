import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Objects } from './index.ts';

/** An empty place of one kind, and its objects as a server opens them. */
export interface ObjectsPlace {
  open(): Promise<Objects>;
}

/** How much is put to see that it is not held. */
export interface SuiteSize {
  readonly bigBytes: number;
}

const MIB = 1024 ** 2;
/** More than a page of any listing (1,000). */
const MANY = 1_003;
/** Of which 32 MiB are pieces; the rest is what sockets and pipes hold. */
const MAX_HELD_BYTES = 48 * MIB;
const SHA_OF_HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

type Opened = () => Objects;

/** Contract of every object store. */
export function objectsSuite(kind: string, newPlace: () => Promise<ObjectsPlace>, { bigBytes }: SuiteSize): void {
  describe(`objects in ${kind}`, () => {
    let objects: Objects;
    beforeEach(async () => {
      objects = await (await newPlace()).open();
    });
    afterEach(() => objects[Symbol.asyncDispose]());
    putTests(() => objects);
    memoryTests(() => objects, bigBytes);
    wholeTests(() => objects);
    readTests(() => objects);
    listTests(() => objects);
    changeTests(() => objects);
    keyTests(() => objects);
  });
}

function putTests(opened: Opened): void {
  it('gives back what was put, with size and hash', async () => {
    const facts = await opened().put('a/b.txt', Readable.from([Buffer.from('hel'), Buffer.from('lo')]));
    expect(facts).toEqual({ key: 'a/b.txt', sizeBytes: 5, sha256: SHA_OF_HELLO });
    expect(await opened().put('a//c.txt/', 'hello')).toEqual({ ...facts, key: 'a/c.txt' });
    expect(await text((await opened().open('a/b.txt')).content)).toBe('hello');
    expect(await text((await opened().open('a/c.txt')).content)).toBe('hello');
    expect(await opened().size('a/b.txt')).toBe(5);
  });

  it('rejects with the error of a stream that fails before it is read', async () => {
    const missing = join(tmpdir(), `never-${randomUUID()}`);
    await expect(opened().put('k', createReadStream(missing))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await opened().size('k')).toBeNull();
  });

  it('replaces what was there', async () => {
    await opened().put('k', Buffer.alloc(9 * MIB, 1));
    await opened().put('k', 'new');
    expect(await readObjectText(opened(), 'k')).toBe('new');
  });

  it('keeps an object of no bytes', async () => {
    const facts = await opened().put('empty', Readable.from([]));
    expect(facts).toMatchObject({ sizeBytes: 0, sha256: createHash('sha256').digest('hex') });
    expect(await opened().size('empty')).toBe(0);
    const { content, sizeBytes } = await opened().open('empty', { start: 0, end: 4 });
    expect([await text(content), sizeBytes]).toEqual(['', 0]);
  });

  it.each([8 * MIB, 8 * MIB + 1, 20 * MIB - 7])('puts %i bytes together as they came', async (bytes) => {
    const content = await buffer(Readable.from(numberedBlocks(bytes)));
    const facts = await opened().put('k', Readable.from(numberedBlocks(bytes)));
    expect(facts).toMatchObject({ sizeBytes: bytes, sha256: createHash('sha256').update(content).digest('hex') });
    expect((await buffer((await opened().open('k')).content)).equals(content)).toBe(true);
  });
}

function memoryTests(opened: Opened, bigBytes: number): void {
  it(`takes ${bigBytes / MIB} MiB in and out without holding them`, async () => {
    const held = heldBytes();
    const hash = createHash('sha256');
    let most = 0;
    const look = () => {
      most = Math.max(most, heldBytes() - held);
    };
    const source = Readable.from(observed(numberedBlocks(bigBytes), look), { objectMode: false });
    const { sha256 } = await opened().put('big', source);
    const { content } = await opened().open('big');
    for await (const chunk of observed(content, look)) hash.update(chunk);
    expect(hash.digest('hex')).toBe(sha256);
    expect(most).toBeLessThan(MAX_HELD_BYTES);
  });
}

function wholeTests(opened: Opened): void {
  it.each([4, 20 * MIB])('shows nothing of a put that breaks off after %i bytes, and keeps the old', async (bytes) => {
    await opened().put('k', 'old');
    await expect(opened().put('k', broken(bytes))).rejects.toThrow('connection lost');
    await expect(opened().put('fresh', broken(bytes))).rejects.toThrow('connection lost');
    expect(await readObjectText(opened(), 'k')).toBe('old');
    expect(await opened().size('fresh')).toBeNull();
    expect((await opened().list('')).map(({ name }) => name)).toEqual(['k']);
  });

  it('shows one whole content or another while many put the same key', async () => {
    const contents = Array.from({ length: 6 }, (_, index) => `${index}`.repeat(1000 + index));
    await opened().put('k', contents[0] ?? '');
    const reads = Array.from({ length: 12 }, () => readObjectText(opened(), 'k'));
    await Promise.all(contents.map((content) => opened().put('k', content)));
    for (const read of await Promise.all(reads)) expect(contents).toContain(read);
    expect(contents).toContain(await readObjectText(opened(), 'k'));
  });

  it('shows a long put only when it has ended', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const content = Readable.from(
      (async function* () {
        yield* numberedBlocks(20 * MIB);
        await released;
        yield Buffer.from('end');
      })(),
    );
    const putting = opened().put('k', content);
    expect(await opened().size('k')).toBeNull();
    expect(await opened().list('')).toEqual([]);
    release();
    expect((await putting).sizeBytes).toBe(20 * MIB + 3);
    expect(await opened().size('k')).toBe(20 * MIB + 3);
  });
}

function readTests(opened: Opened): void {
  it('reads ranges, with the size of the whole', async () => {
    await opened().put('k', '0123456789');
    const cases: [number, number, string][] = [
      [0, 4, '0123'],
      [1, 3, '12'],
      [9, 10, '9'],
      [7, 99, '789'],
      [10, 12, ''],
    ];
    for (const [start, end, expected] of cases) {
      const { content, sizeBytes } = await opened().open('k', { start, end });
      expect([await text(content), sizeBytes]).toEqual([expected, 10]);
    }
  });

  it('can be left in the middle of an object', async () => {
    await opened().put('k', Buffer.alloc(4 * MIB, 1));
    for await (const chunk of (await opened().open('k')).content) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }
    expect(await readObjectText(opened(), 'k')).toHaveLength(4 * MIB);
  });

  it('says not found for what is not there, and for a folder', async () => {
    await opened().put('d/x', '1');
    for (const key of ['nope', 'd', 'd/x/y', '']) {
      await expect(opened().open(key)).rejects.toMatchObject({ code: 'object_not_found' });
      expect(await opened().size(key)).toBeNull();
    }
    await expect(opened().open('nope', { start: 0, end: 1 })).rejects.toMatchObject({ code: 'object_not_found' });
  });
}

function listTests(opened: Opened): void {
  it('lists files and folders by name, and nothing for a file', async () => {
    await opened().put('m/z', 'zz');
    await opened().put('m/sub/x', '');
    await opened().put('m-too/y', '');
    expect(await opened().list('m')).toEqual([
      { name: 'sub', isFolder: true, sizeBytes: null, modifiedAt: null },
      { name: 'z', isFolder: false, sizeBytes: 2, modifiedAt: expect.closeTo(Date.now(), -4) },
    ]);
    expect(await opened().list('m/z')).toEqual([]);
    expect(await opened().list('nope')).toEqual([]);
    expect((await opened().list('')).map(({ name, isFolder }) => [name, isFolder])).toEqual([
      ['m', true],
      ['m-too', true],
    ]);
  });

  it('lists and removes more than a page holds', async () => {
    const names = Array.from({ length: MANY }, (_, index) => `${String(index).padStart(4, '0')}`);
    const waiting = [...names];
    const worker = async () => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await opened().put(`d/${name}`, name);
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    expect((await opened().list('d')).map(({ name }) => name)).toEqual(names);
    await opened().remove('d');
    expect(await opened().list('')).toEqual([]);
  });
}

function changeTests(opened: Opened): void {
  it('removes a folder with all under it and nothing beside it; removing nothing is no error', async () => {
    for (const key of ['d/1', 'd/e/f/2', 'd-too/3']) await opened().put(key, key);
    await opened().remove('d');
    await opened().remove('d');
    await opened().remove('d-too/3/4');
    expect(await opened().size('d/1')).toBeNull();
    expect(await opened().size('d/e/f/2')).toBeNull();
    expect(await readObjectText(opened(), 'd-too/3')).toBe('d-too/3');
    for (const root of ['', '/', '//'])
      await expect(opened().remove(root)).rejects.toMatchObject({ code: 'object_path_invalid' });
  });

  it('renames, in the place of what was there', async () => {
    await opened().put('a/from', 'new');
    await opened().put('b/to', 'old');
    await opened().rename('a/from', 'b/to');
    expect(await readObjectText(opened(), 'b/to')).toBe('new');
    expect(await opened().size('a/from')).toBeNull();
    await opened().rename('b/to', 'b/to');
    expect(await readObjectText(opened(), 'b/to')).toBe('new');
    await expect(opened().rename('a/from', 'c')).rejects.toMatchObject({ code: 'object_not_found' });
  });
}

function keyTests(opened: Opened): void {
  it.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    '..%2fx',
    '%252e%252e/x',
    'a\\..\\b',
    'C:/x',
    'a\0b',
    '.',
    'a#b',
    'half of a pair \ud83d',
    '',
  ])('refuses to write to %j', async (key) => {
    const refused = { code: 'object_path_invalid' };
    await expect(opened().put(key, 'x')).rejects.toMatchObject(refused);
    await expect(opened().remove(key)).rejects.toMatchObject(refused);
    if (key === '') return;
    await expect(opened().open(key)).rejects.toMatchObject(refused);
    await expect(opened().list(key)).rejects.toMatchObject(refused);
    await expect(opened().localPath(key)).rejects.toMatchObject(refused);
  });

  it('keeps every key as it is, or refuses it', async () => {
    const character = fc.oneof(
      fc.constantFrom(...'aZ0 .-_+%&=?;,:@!$\'"()*~<>|[]{}^`é日\u{1F600}'),
      fc.string({ unit: 'binary', minLength: 1 }),
    );
    const segment = fc.array(character, { minLength: 1, maxLength: 12 }).map((characters) => characters.join(''));
    const path = fc.array(segment, { minLength: 1, maxLength: 4 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(path, async (segments) => {
        run += 1;
        const key = `${run}/${segments.join('/')}`;
        const facts = await opened().put(key, key).catch(expectRefusal);
        if (facts === null) return;
        expect(await readObjectText(opened(), key)).toBe(key);
        const [folder, name] = [facts.key.slice(0, facts.key.lastIndexOf('/')), facts.key.split('/').at(-1)];
        expect(await opened().list(folder)).toMatchObject([
          { name, isFolder: false, sizeBytes: Buffer.byteLength(key) },
        ]);
        await opened().remove(key);
        expect(await opened().list(folder)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
}

/** Null for the refusal of a key; any other failure is one. */
function expectRefusal(error: unknown): null {
  expect(error).toMatchObject({ code: 'object_path_invalid' });
  return null;
}

export async function readObjectText(objects: Objects, key: string): Promise<string> {
  return text((await objects.open(key)).content);
}

/** Blocks of a MiB of which no two are the same. */
function* numberedBlocks(bytes: number): Generator<Buffer> {
  for (let start = 0; start < bytes; start += MIB) yield Buffer.alloc(Math.min(MIB, bytes - start), `${start},`);
}

function broken(afterBytes: number): Readable {
  return Readable.from(
    (async function* () {
      yield* numberedBlocks(afterBytes);
      throw new Error('connection lost');
    })(),
  );
}

/** Looks every 16 MiB. */
async function* observed(content: Iterable<Buffer> | AsyncIterable<Buffer>, look: () => void): AsyncGenerator<Buffer> {
  let unseen = 0;
  for await (const chunk of content) {
    unseen += chunk.length;
    if (unseen >= 16 * MIB) {
      unseen = 0;
      look();
    }
    yield chunk;
  }
}

/** Bytes in buffers that something still holds; garbage is taken out first, so that it is not counted. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const gc: () => void = runInNewContext('gc');
  // The first collection leaves buffers to a sweeper in another thread; the second waits for it.
  gc();
  gc();
  return process.memoryUsage().arrayBuffers;
}

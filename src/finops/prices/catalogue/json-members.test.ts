import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonMember, type JsonPlan, JsonTextError, readJsonMembers } from './json-members.ts';

async function* chunksOf(text: string, sizeBytes: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

async function membersOf(text: string, plan: JsonPlan, sizeBytes = 7): Promise<JsonMember[]> {
  const found: JsonMember[] = [];
  for await (const member of readJsonMembers(chunksOf(text, sizeBytes), plan)) found.push(member);
  return found;
}

const below =
  (...parents: string[]): JsonPlan =>
  (path) => {
    if (path.length === 0 || parents.includes(path.join('.'))) return 'enter';
    return parents.includes(path.slice(0, -1).join('.')) ? 'take' : 'skip';
  };

describe('members of a JSON text', () => {
  it('are taken by their path, and all else is passed over', async () => {
    const text = '{"v": "1", "a": {"x": 1, "y": [true, {"z": "}"}]}, "b": {"x": {"q": "\\"]"}}, "n": null}';
    expect(await membersOf(text, below('a'))).toEqual([
      { path: ['a', 'x'], value: 1 },
      { path: ['a', 'y'], value: [true, { z: '}' }] },
    ]);
  });

  it('have a star for a place in an array, and documents may follow each other', async () => {
    const text = '{"Items": [1, "two", null], "Next": "u"}\n{"Items": [], "Next": null}';
    const plan: JsonPlan = (path) => (path[0] === 'Items' && path.length === 1 ? 'enter' : 'take');
    expect(await membersOf(text, plan)).toEqual([
      { path: ['Items', '*'], value: 1 },
      { path: ['Items', '*'], value: 'two' },
      { path: ['Items', '*'], value: null },
      { path: ['Next'], value: 'u' },
      { path: ['Next'], value: null },
    ]);
  });

  it('are those of any object, however it is cut into chunks', async () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        objects,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(undefined, 1),
        async (object, size, indent) => {
          const plain: unknown = JSON.parse(JSON.stringify(object));
          const found = await membersOf(JSON.stringify(plain, null, indent), () => 'take', size);
          expect(found.map(({ path, value }) => [path[0], value])).toEqual(Object.entries(plain ?? {}));
        },
      ),
    );
  });

  it('say that a text is cut off wherever it is', async () => {
    const text = '{"a": {"x": "long", "y": [1, 2]}, "b": 3}';
    for (let end = 1; end < text.length; end += 1) {
      const failure = await membersOf(text.slice(0, end), below('a')).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(JsonTextError);
      expect(failure).toMatchObject({ isTruncated: true });
    }
  });

  it.each([
    ['no object', '[1]'],
    ['text', 'SKU,Price'],
    ['a key without quotes', '{a: 1}'],
    ['the wrong bracket', '{"a": {"x": 1]}'],
    ['a value that is none', '{"a": {"x": tru}}'],
  ])('refuse %s', async (_what, text) => {
    await expect(membersOf(text, below('a'))).rejects.toMatchObject({ isTruncated: false });
  });

  it('refuse a value that memory should not hold', async () => {
    const text = JSON.stringify({ a: { x: 'long'.repeat(300_000) } });
    await expect(membersOf(text, below('a'), 65_536)).rejects.toThrow('longer than');
  });
});

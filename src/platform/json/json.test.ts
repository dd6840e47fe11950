import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJson, JSON_DEPTH_LIMIT, parseBoundedJson } from './index.ts';

function checkCode(text: string | Buffer, limits: Parameters<typeof checkJson>[1] = {}): string | null {
  try {
    checkJson(Buffer.from(text as string), limits);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

function measureDepth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(measureDepth));
}

describe('bounds of JSON', () => {
  it.each([
    ['the deepest that is taken', nested(JSON_DEPTH_LIMIT), null],
    ['one level more', nested(JSON_DEPTH_LIMIT + 1), 'json_too_deep'],
    ['objects in arrays', '[{"a":'.repeat(33), 'json_too_deep'],
    ['twelve million brackets', '['.repeat(12_000_000), 'json_too_deep'],
    ['brackets in a string', JSON.stringify('['.repeat(1000)), null],
    ['a quote that is escaped', `"\\"${'['.repeat(1000)}"`, null],
    ['a backslash before the closing quote', `["\\\\",${nested(70)}]`, 'json_too_deep'],
    ['a string without its end', `"${'['.repeat(1000)}`, null],
    ['a backslash at the end', '"\\', null],
    ['brackets side by side', `[${'[],'.repeat(1000)}[]]`, null],
    ['closing brackets alone', ']'.repeat(1000), null],
    ['nothing', '', null],
  ])('%s', (_name, text, code) => {
    expect(checkCode(text)).toBe(code);
  });

  it('counts values', () => {
    for (const [text, values] of [
      ['1', 1],
      ['[1,2,3]', 5],
      ['[{},[]]', 6],
      ['{"a":1,"b":{"c":[1]}}', 8],
      ['"a,b[{"', 1],
    ] as const) {
      expect(checkCode(text, { values })).toBeNull();
      expect(checkCode(text, { values: values - 1 })).toBe('json_too_many_values');
    }
    expect(checkCode(`[${'{},'.repeat(5 * 2 ** 20)}{}]`)).toBe('json_too_many_values');
  });

  it('agrees with the parser on the depth of any document', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const [text, depth] = [JSON.stringify(value), measureDepth(value)];
        expect(checkCode(text, { depth })).toBeNull();
        if (depth > 0) expect(checkCode(text, { depth: depth - 1 })).toBe('json_too_deep');
      }),
    );
  });

  it('never throws anything else, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([null, 'json_too_deep']).toContain(checkCode(Buffer.from(bytes), { depth: 3 }));
      }),
    );
  });

  it('parses what is within the bounds', () => {
    expect(parseBoundedJson('{"a":[1]}')).toEqual({ a: [1] });
    expect(() => parseBoundedJson('{')).toThrow(SyntaxError);
    expect(() => parseBoundedJson(nested(65))).toThrow('64 levels');
  });
});

import { describe, expect, it } from 'vitest';
import { readImageFacts } from './image-facts.ts';
import { formatJson } from './pretty-json.ts';
import { MAX_COLUMNS, MAX_ROWS, parseCsvTable, parseJsonTable } from './table-view.ts';

describe('JSON for reading', () => {
  it('changes nothing but the space between tokens', () => {
    const text = '{"id":12345678901234567890,"b":[1.50,{}, [ ]],"s":"a \\"b\\" {,:}"}';
    expect(formatJson(text)).toBe(
      '{\n  "id": 12345678901234567890,\n  "b": [\n    1.50,\n    {},\n    []\n  ],\n  "s": "a \\"b\\" {,:}"\n}',
    );
  });

  it('stays small for a file of brackets', () => {
    const deep = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`;
    expect(formatJson(deep).length).toBeLessThan(10_000 * 90);
  });
});

describe('a table', () => {
  it('is read from CSV with quotes, uneven lines and a byte order mark', () => {
    expect(parseCsvTable('\ufeffa,b\n"x, y",1\nz\n', ',', true)).toMatchObject({
      columns: ['a', 'b'],
      rows: [
        ['x, y', '1'],
        ['z', null],
      ],
      more: false,
    });
  });

  it('leaves out the line that the limit has cut', () => {
    expect(parseCsvTable('a,b\n1,2\n3,', ',', false)).toMatchObject({ rows: [['1', '2']], more: true });
  });

  it('is cut to rows, columns and characters that a page can show', () => {
    const wide = Array.from({ length: 150 }, (_, index) => `c${index}`).join(',');
    const rows = Array.from({ length: 300 }, () => 'x'.repeat(600)).join('\n');
    const table = parseCsvTable(`${wide}\n${rows}\n`, ',', true);
    expect(table).toMatchObject({ more: true, moreColumns: 50 });
    expect([table?.rows.length, table?.columns.length]).toEqual([MAX_ROWS, MAX_COLUMNS]);
    expect(table?.rows[0]?.[0]).toHaveLength(501);
  });

  it.each([
    ['one endless line that the limit has cut', 'a'.repeat(1_000), false],
    ['a quote that never ends', 'a,b\n"1,2\n3,4\n', true],
    ['nothing', '', true],
  ])('is not made of %s', (_, text, whole) => {
    expect(parseCsvTable(text, ',', whole)).toBeNull();
  });

  it('is read from JSON as log_table writes it and from a list of objects, not from other JSON', () => {
    expect(parseJsonTable('{"columns":["q","n"],"data":[["a",1],[null,{"x":[1]}]]}')).toMatchObject({
      columns: ['q', 'n'],
      rows: [
        ['a', '1'],
        [null, '{"x":[1]}'],
      ],
    });
    expect(parseJsonTable('[{"a":1},{"b":true,"__proto__":2}]')?.columns).toEqual(['a', 'b']);
    expect(parseJsonTable('{"a":1}')).toBeNull();
    expect(parseJsonTable('[1,2]')).toBeNull();
    expect(parseJsonTable(`{"columns":["a"],"data":[[${'['.repeat(99_000)}${']'.repeat(99_000)}]]}`)).toBeNull();
  });
});

describe('an image', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d494844520000000300000002', 'hex');

  it.each([
    ['png', png, { type: 'image/png', size: { widthPx: 3, heightPx: 2 } }],
    ['gif', Buffer.from('474946383961050004000000', 'hex'), { type: 'image/gif', size: { widthPx: 5, heightPx: 4 } }],
    [
      'jpeg',
      Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0001108000700090301', 'hex'),
      { type: 'image/jpeg', size: { widthPx: 9, heightPx: 7 } },
    ],
    [
      'webp',
      Buffer.concat([
        Buffer.from('RIFF\x00\x00\x00\x00WEBPVP8X', 'latin1'),
        Buffer.from('0a000000000000000700000500000000', 'hex'),
      ]),
      { type: 'image/webp', size: { widthPx: 8, heightPx: 6 } },
    ],
    ['png cut before its size', png.subarray(0, 18), { type: 'image/png', size: null }],
  ])('is known by its first bytes: %s', (_, head, facts) => {
    expect(readImageFacts(head)).toEqual(facts);
  });

  it.each(['<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', '<html>', 'BM', '', 'GIF'])(
    'is not %j, whatever its name',
    (text) => {
      expect(readImageFacts(Buffer.from(text))).toBeNull();
    },
  );

  it('does not run away on a JPEG whose segments lie about their length', () => {
    expect(readImageFacts(Buffer.from(`ffd8ff${'e00000ff'.repeat(20)}`, 'hex'))).toEqual({
      type: 'image/jpeg',
      size: null,
    });
  });
});

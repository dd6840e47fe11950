import { describe, expect, it } from 'vitest';
import { nearest } from '../frame/suggest.ts';
import { formatAmount, formatBytes, formatCount } from './amounts.ts';
import { metricsText, metricText } from './metrics.ts';
import { paintFor } from './paint.ts';
import { progressLine } from './progress.ts';
import { facts, table } from './table.ts';

const paint = paintFor({ isTerminal: false, columns: 80, write: async () => {} }, {});

describe('an amount for people', () => {
  it.each([
    ['0', '0.00'],
    ['1234567.891', '1,234,567.89'],
    ['-1234.5', '-1,234.50'],
    ['0.5', '0.50'],
    ['0.00081234', '0.00081'],
    ['0.0000000000008', '0.0000000000008'],
    ['2.675', '2.68'],
    ['0.0804', '0.08'],
    ['0.999', '1.00'],
  ])('%s is shown as %s', (amount, shown) => {
    expect(formatAmount(amount)).toBe(shown);
  });

  it('shows counts and bytes', () => {
    expect([formatCount(1000), formatBytes(0), formatBytes(1536), formatBytes(5 * 1024 ** 3)]).toEqual([
      '1,000',
      '0 B',
      '1.5 KiB',
      '5.0 GiB',
    ]);
  });
});

describe('a table', () => {
  const rows = [
    { name: 'a', amount: '1,234.50' },
    { name: 'ébène', amount: '0.00081' },
    { name: 'line\nbreak', amount: null },
  ];

  it('aligns decimal points, shows unknown as a dash and keeps a row on one line', () => {
    const text = table(
      rows,
      [
        { title: 'NAME', cell: ({ name }) => name },
        { title: 'AMOUNT', align: 'decimal', cell: ({ amount }) => amount },
      ],
      paint,
    );
    expect(text.split('\n')).toEqual([
      'NAME             AMOUNT',
      'a           1,234.50',
      'ébène           0.00081',
      'line break      —',
    ]);
  });

  it('fits a terminal: the last columns that may are cut, then left out; without a terminal nothing is', () => {
    const columns = [
      { title: 'ID', cell: () => '0123456789' },
      { title: 'WHEN', cell: () => '2026-11-25', least: 10 },
      { title: 'COST', cell: () => '1.50 USD' },
      { title: 'WHY', cell: () => 'a long sentence about it', least: 8 },
    ];
    const at = (width: number) => table([null], columns, { ...paint, columns: width }).split('\n');
    expect(at(60)).toEqual([
      'ID          WHEN        COST      WHY',
      '0123456789  2026-11-25  1.50 USD  a long sentence about it',
    ]);
    expect(at(45)[1]).toBe('0123456789  2026-11-25  1.50 USD  a long sen…');
    expect(at(40)[1]).toBe('0123456789  2026-11-25  1.50 USD');
    expect(at(30)).toEqual(['ID          COST', '0123456789  1.50 USD']);
    expect(at(10)).toEqual(['ID          COST', '0123456789  1.50 USD']);
    expect(table([null], columns, paint).split('\n')[1]).toContain('a long sentence about it');
  });

  const names = ['模型', 'e\u0301te\u0301', '👩🏽‍💻 team', 'ｱｲ', 'plain'];

  it('aligns wide characters, emoji and combining marks by their terminal columns', () => {
    const columns = [
      { title: 'NAME', cell: (name: string) => name },
      { title: 'N', cell: () => '1' },
    ];
    expect(table(names, columns, paint).split('\n')).toEqual([
      'NAME     N',
      '模型     1',
      'e\u0301te\u0301      1',
      '👩🏽‍💻 team  1',
      'ｱｲ       1',
      'plain    1',
    ]);
    expect(
      facts(
        [
          ['模型', 'a'],
          ['name', 'b'],
        ],
        paint,
      ),
    ).toBe('模型  a\nname  b');
  });

  it('cuts a column between characters, and never half of a wide one', () => {
    const columns = [{ title: 'NAME', cell: () => '模型注册表', least: 4 }];
    const cutTo = (width: number) => table([null], columns, { ...paint, columns: width }).split('\n')[1];
    expect([cutTo(10), cutTo(8), cutTo(7), cutTo(6), cutTo(4)]).toEqual([
      '模型注册表',
      '模型注…',
      '模型注…',
      '模型…',
      '模…',
    ]);
    expect(progressLine('模型'.repeat(40), null, 20)).toBe(`${'模型'.repeat(4)}模…`);
    expect(progressLine(`${'a'.repeat(17)}👩🏽‍💻${'b'.repeat(9)}`, null, 20)).toBe(`${'a'.repeat(17)}…`);
  });

  it('puts values under each other', () => {
    expect(
      facts(
        [
          ['a', '1'],
          ['long', null],
        ],
        paint,
      ),
    ).toBe('a     1\nlong  —');
  });
});

describe('metrics in a cell', () => {
  it('shows four by name and counts the rest', () => {
    expect(metricsText({ e: 5, d: null, c: 0.123456, b: 2, a: 1e-9 })).toBe('a=1e-9 b=2 c=0.1235 d=NaN and 1 more');
    expect([metricsText({}), metricText(1_234_567)]).toEqual([null, '1234567']);
  });
});

describe('a progress line', () => {
  it('fits the terminal', () => {
    expect(progressLine('a-very-long-name-of-a-bill-file-of-2026-10.csv.gz', 0.5, 60)).toMatch(/^.{1,60}$/);
    expect(progressLine('bill.csv', 0.5, 100)).toContain('████████████░░░░░░░░░░░░   50 %');
  });
});

describe('the word that was meant', () => {
  it.each([
    ['--sorce', '--source'],
    ['--jsno', '--json'],
    ['imp', 'import'],
    ['xyz', null],
    ['a', null],
  ])('%s: %s', (word, meant) => {
    expect(nearest(word, ['--source', '--json', 'import'])).toBe(meant);
  });
});

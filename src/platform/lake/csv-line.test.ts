import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatCsvLine } from '../csv/index.ts';
import { decimalString } from '../units/index.ts';
import { buildCsvLineSql, buildPlainDecimalSql, type Lake, openLake } from './index.ts';

let lake: Lake;
beforeAll(async () => {
  lake = await openLake({ root: mkdtempSync(join(tmpdir(), 'steelyard-')), readable: [], memory: '100MB', threads: 1 });
});
afterAll(() => lake[Symbol.asyncDispose]());

const cell = fc.option(
  fc.oneof(
    fc.string(),
    fc.constantFrom('=1+1', '-5', '-5.', '+1', '@a', '\t', 'a"b', '"', ',', '\r\n', '', '-', '1.5'),
  ),
);

describe('CSV made by the engine', () => {
  it('is the text that csvLine makes', async () => {
    const sample = fc.sample(fc.tuple(cell, cell, cell), { seed: 20_261_128, numRuns: 300 });
    const rows = [...sample, [null, null, null]].map((row) =>
      row.map((text) => text?.replaceAll('\0', '').toWellFormed() ?? null),
    );
    const values = rows.map(() => '(?, ?, ?, ?)').join(', ');
    const lines = await lake.query(
      `SELECT ${buildCsvLineSql(['a', 'b', 'c'])} AS line FROM (VALUES ${values}) AS t(n, a, b, c) ORDER BY n`,
      rows.flatMap((row, index) => [index, ...row]),
    );
    expect(lines.map(({ line }) => line)).toEqual(rows.map(formatCsvLine));
  });

  it('writes decimals as decimalString does', async () => {
    const texts = [
      '12.500',
      '0',
      '-0',
      '-0.00',
      '0.10',
      '100',
      '-100',
      '1.000',
      '-1.05',
      '0.000001',
      '12345678901234567890.120',
    ];
    const shown = await lake.query(
      `SELECT ${buildPlainDecimalSql('v')} AS text FROM (VALUES ${texts.map(() => '(?, ?)').join(', ')}) AS t(n, v) ORDER BY n`,
      texts.flatMap((text, index) => [index, text]),
    );
    expect(shown.map(({ text }) => text)).toEqual(texts.map(decimalString));
  });
});

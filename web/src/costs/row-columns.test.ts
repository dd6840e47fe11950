import { expect, it } from 'vitest';
import { parseRowKey, rowKey } from './row-columns.ts';

const row = { delivery: 'd_1', file: 'aws/2026-11/bill.csv.gz', rowNumber: '42' };

it('finds from the key of a row where it came from, whatever its file is called', () => {
  expect(parseRowKey(rowKey(row))).toEqual({ delivery: 'd_1', file: 'aws/2026-11/bill.csv.gz', row: 42 });
});

it('tells the shares of one bill row apart', () => {
  const share = { ...row, share: '3' };
  expect(rowKey(share)).not.toBe(rowKey(row));
  expect(parseRowKey(rowKey(share))).toEqual(parseRowKey(rowKey(row)));
});

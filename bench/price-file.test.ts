import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writePriceFile } from './price-file.ts';
import { writePricePages } from './price-pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'price-file-'));

it.each([
  ['a price list as JSON', (path: string) => writePriceFile(path, { format: 'json', types: 2 })],
  ['a price list as CSV', (path: string) => writePriceFile(path, { format: 'csv', types: 2 })],
  ['pages of prices', (path: string) => writePricePages(path, 3)],
])('%s is the same, to the byte, every time', async (what, write) => {
  const [first, second] = [await write(join(folder, 'a')), await write(join(folder, 'b'))];
  expect(first.sizeBytes).toBe(second.sizeBytes);
  expect(readFileSync(first.path).equals(readFileSync(second.path)), what).toBe(true);
});

it('names each product of a price list once', async () => {
  const { path } = await writePriceFile(join(folder, 'list'), { format: 'json', types: 3 });
  const { products } = JSON.parse(readFileSync(path, 'utf8')) as { products: object };
  expect(Object.keys(products)).toHaveLength(3 * 180);
});

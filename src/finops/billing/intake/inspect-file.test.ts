import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inspectFile, LONGEST_LINE_BYTES } from './inspect-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'inspect-'));

function inspect(content: Buffer | string) {
  const path = join(folder, 'bill.csv');
  writeFileSync(path, content);
  return inspectFile(path, 'bill.csv');
}

const row = (bytes: number) => `3,${'x'.repeat(bytes - 2)}`;
const tooLong = { code: 'bill_malformed', message: expect.stringContaining('bill.csv, line 3: longer than 16 MiB') };

// The engine silently skips a line of more than 32 MiB and reads the lines after it.
it.each([
  ['alone', (text: string) => text],
  ['packed', (text: string) => gzipSync(text, { level: 1 })],
  ['with carriage returns before line feeds', (text: string) => text.replaceAll('\n', '\r\n')],
])('a line of 40 MiB is refused with its number, %s', async (_how, toFile) => {
  const text = `a,b\n1,2\n${row(40 * 2 ** 20)}\n5,6\n`;
  await expect(inspect(toFile(text))).rejects.toMatchObject(tooLong);
});

it('a line without end is refused when 16 MiB of it are read, and not unpacked to its end', async () => {
  const packed = gzipSync(Buffer.concat([Buffer.from('a,b\n1,2\n3,'), Buffer.alloc(512 * 2 ** 20, 'x')]), { level: 1 });
  const before = process.cpuUsage();
  await expect(inspect(packed)).rejects.toMatchObject(tooLong);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
});

it('lines as long as they may be are read, however they end', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const format = await inspect(`a,b${end}1,2${end}${row(LONGEST_LINE_BYTES)}${end}5,6${end}`);
    expect(format).toMatchObject({ kind: 'csv', header: ['a', 'b'] });
  }
  await expect(inspect(`a,b\n1,2\n${row(LONGEST_LINE_BYTES + 1)}`)).rejects.toMatchObject(tooLong);
});

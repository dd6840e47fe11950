import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRecord, readCsvRecords } from './csv-records.ts';

async function* chunksOf(text: string, sizeBytes: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

async function recordsOf(text: string, isWanted = (_record: Buffer, _index: number) => true, sizeBytes = 7) {
  const found: CsvRecord[] = [];
  for await (const record of readCsvRecords(chunksOf(text, sizeBytes), isWanted)) found.push(record);
  return found;
}

const quoted = (fields: readonly string[]) => fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',');

describe('records of a CSV text', () => {
  it('know the line on which they begin, also behind line ends within quotes', async () => {
    expect(await recordsOf('a,b\r\n\r\n"1\n2",3\nx,"y"\n')).toEqual([
      { fields: ['a', 'b'], line: 1 },
      { fields: ['1\n2', '3'], line: 3 },
      { fields: ['x', 'y'], line: 5 },
    ]);
  });

  it('are only those that are wanted, and the last one', async () => {
    const isWanted = (record: Buffer, index: number) => index === 0 || record.includes('OnDemand');
    const text = 'head\nReserved,1\nOnDemand,2\nReserved,3\nReserved,4';
    expect((await recordsOf(text, isWanted)).map(({ fields }) => fields.join())).toEqual([
      'head',
      'OnDemand,2',
      'Reserved,4',
    ]);
    expect(await recordsOf(`${text}\n`, isWanted)).toHaveLength(2);
  });

  it('are those that were written, however the text is cut into chunks', async () => {
    const field = fc.string().map((text) => text.replaceAll('\r', ''));
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('\n', '\r\n'),
        async (written, size, end) => {
          const text = written.map((fields) => quoted(fields) + end).join('');
          const found = await recordsOf(text, () => true, size);
          expect(found.map(({ fields }) => fields)).toEqual(written);
        },
      ),
    );
  });

  it.each([
    ['is cut off within quotes', 'a,b\n"1","2', true, 2],
    ['has text behind a closing quote', 'a,b\n"1"x,2\n', false, 2],
    ['has a record that never ends', `a,b\n${'x,'.repeat(600_000)}\n`, false, 2],
  ])('are refused when the text %s', async (_what, text, isTruncated, line) => {
    await expect(recordsOf(text, undefined, 4096)).rejects.toMatchObject({ isTruncated });
    await expect(recordsOf(text, (_record, index) => index > 0, 4096)).rejects.toMatchObject({ line });
  });
});

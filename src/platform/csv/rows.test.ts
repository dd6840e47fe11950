import { describe, expect, it } from 'vitest';
import { readCsvRows } from './rows.ts';

const CHUNKS = 40;
const LINES = 100;
const LINE = `${'x'.repeat(1000)},2\n`;

async function* writeChunks(): AsyncGenerator<Buffer> {
  yield Buffer.from('a,b\n');
  for (let chunk = 0; chunk < CHUNKS; chunk += 1) yield Buffer.from(LINE.repeat(LINES));
}

describe('rows of a long CSV file', () => {
  it('are read with back-pressure and without a warning of leaked listeners', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => {
      warnings.push(warning.name);
    };
    process.on('warning', note);
    let rows = 0;
    for await (const _ of readCsvRows(writeChunks(), 'long.csv')) rows += 1;
    process.off('warning', note);
    expect(rows).toBe(1 + CHUNKS * LINES);
    expect(warnings).toEqual([]);
  });
});

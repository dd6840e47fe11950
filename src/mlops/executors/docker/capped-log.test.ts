import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCappedLog } from './capped-log.ts';

const SMALL = { headBytes: 20, tailBytes: 8 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capped-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function newLogFile(name = 'output.log'): string {
  return join(folder, name);
}
function text(path: string): string {
  return readFileSync(path, 'utf8');
}
/** Expected content of the file. */
function readCapped(stream: string): string {
  if (stream.length <= 28) return stream;
  return `${stream.slice(0, 20)}\n[${stream.length - 28} bytes are left out here]\n${stream.slice(-8)}`;
}
const letters = (length: number) =>
  Array.from({ length }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');

describe('the log of a container', () => {
  it.each([0, 1, 19, 20, 21, 28, 29, 200])(
    'of %i bytes is kept whole, or its beginning and its end with a line between',
    (length) => {
      const log = openCappedLog(newLogFile(), SMALL);
      log.write(Buffer.from(letters(length)));
      log.finish();
      log.close();
      expect(text(newLogFile())).toBe(readCapped(letters(length)));
    },
  );

  it('shows its beginning before it has ended', () => {
    const log = openCappedLog(newLogFile(), SMALL);
    log.write(Buffer.from('hello'));
    expect(text(newLogFile())).toBe('hello');
    log.close();
  });

  it('has no byte twice and misses none, however often it comes again, and whoever begins to write it', () => {
    let files = 0;
    const pieces = fc.array(fc.nat({ max: 12 }), { maxLength: 8 });
    // Readings of the same stream, each ended by a broken connection; a new process takes over where it says so.
    const readings = fc.array(fc.record({ pieces, dies: fc.boolean() }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.nat({ max: 90 }), readings, (length, broken) => {
        const stream = Buffer.from(letters(length));
        const path = newLogFile(`${++files}.log`);
        let log = openCappedLog(path, SMALL);
        const send = (sizes: readonly number[]) => {
          log.restart();
          let at = 0;
          for (const size of sizes) {
            log.write(stream.subarray(at, at + size));
            at = Math.min(length, at + size);
          }
        };
        for (const { pieces: sizes, dies } of broken) {
          send(sizes);
          if (!dies) continue;
          log.close();
          log = openCappedLog(path, SMALL);
        }
        send([length]);
        log.finish();
        log.close();
        expect(text(path)).toBe(readCapped(letters(length)));
      }),
    );
  });

  it('that a killed process ended in the middle of is ended by the next one', () => {
    writeFileSync(newLogFile(), `${letters(20)}\n[72 bytes are le`);
    const log = openCappedLog(newLogFile(), SMALL);
    log.write(Buffer.from(letters(100)));
    log.finish();
    log.close();
    expect(text(newLogFile())).toBe(readCapped(letters(100)));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareStamps, createLogReader, type LogPosition } from './log-lines.ts';

const buildStamp = (n: number) => `2026-11-25T10:00:0${Math.floor(n / 4) % 10}.${String(n % 4).padStart(9, '0')}Z`;

/** Answer of a node to a log request with `sinceTime`, which has a resolution of one second. */
function logSince(lines: readonly (readonly [stamp: string, text: string])[], position: LogPosition | null): Buffer {
  const from = position === null ? '0' : position.since.slice(0, 19);
  return Buffer.from(
    lines
      .filter(([stamp]) => stamp.slice(0, 19) >= from)
      .map((line) => `${line.join(' ')}\n`)
      .join(''),
  );
}

describe('a log that is read in pieces', () => {
  it('is the same whatever the pieces are and wherever the connection breaks', () => {
    const text = fc.string({ maxLength: 6 }).map((word) => word.replaceAll('\n', ' '));
    // Some timestamps are the same, and some are a little before that of the line before.
    const logs = fc.array(fc.tuple(fc.nat(2), fc.nat(1), text), { maxLength: 12 }).map((steps) => {
      let at = 1;
      return steps.map(([step, back, word]): [string, string] => {
        at += step;
        return [buildStamp(at - back), word];
      });
    });
    fc.assert(
      fc.property(
        logs,
        fc.array(fc.nat(300), { maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (lines, breaks, size) => {
          let position: LogPosition | null = null;
          let read = '';
          for (const bytes of [...breaks, Number.POSITIVE_INFINITY]) {
            const reader = createLogReader(position);
            const answer = logSince(lines, position).subarray(0, bytes);
            for (let at = 0; at < answer.length; at += size)
              read += reader.take(answer.subarray(at, at + size)).toString('latin1');
            position = reader.position;
          }
          const all = lines.map(([, word]) => `${word}\n`).join('');
          expect(read).toBe(Buffer.from(all).toString('latin1'));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['2026-11-25T10:00:00.000000001Z', '2026-11-25T10:00:00.000000002Z', -1],
    ['2026-11-25T10:00:00.1Z', '2026-11-25T10:00:00.100000000Z', 0],
    ['2026-11-25T11:00:00.5+01:00', '2026-11-25T10:00:00.5Z', 0],
    ['2026-11-25T10:00:01Z', '2026-11-25T10:00:00.999999999Z', 1],
  ])('compares %s and %s: %i', (one, other, order) => {
    expect(compareStamps(one, other)).toBe(order);
  });

  it('is asked for again from the second before its latest line', () => {
    const reader = createLogReader(null);
    reader.take(Buffer.from('2026-11-25T11:00:07.999999999+01:00 one\n2026-11-25T11:00:07.5+01:00 two\n'));
    expect(reader.position).toMatchObject({ since: '2026-11-25T10:00:06Z', lines: 2, ended: true });
  });

  it('that the node has begun anew meanwhile is read from its beginning', () => {
    const reader = createLogReader(null);
    reader.take(Buffer.from('2026-11-25T10:00:01Z one\n2026-11-25T10:00:02Z two\n'));
    const again = createLogReader(reader.position);
    expect(again.take(Buffer.from('2026-11-25T10:00:09Z three\n2026-11-25T10:00:10Z four\n')).toString()).toBe(
      'three\nfour\n',
    );
  });
});

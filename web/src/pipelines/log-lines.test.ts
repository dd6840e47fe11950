import { describe, expect, it } from 'vitest';
import { appended, formatLine, NO_LINES } from './log-lines.ts';

const listLines = (...texts: string[]) => texts.reduce((log, text) => appended(log, text), NO_LINES);

describe('lines of a log', () => {
  it('joins a line that came in two parts', () => {
    expect(listLines('a\nb', 'c\nd\n').lines).toEqual(['a', 'bc', 'd']);
  });

  it('keeps empty lines, and begins none after the last end', () => {
    expect(listLines('a\n', '\n', 'b\n')).toEqual({ lines: ['a', '', 'b'], droppedCount: 0, isOpen: false });
  });

  it('shows what stands at last of a line that was written over, also while it is written', () => {
    expect(listLines('10 %\r50 %\r', '100 %\r\n').lines).toEqual(['100 %']);
    expect(listLines('10 %\r50 %').lines.map(formatLine)).toEqual(['50 %']);
  });

  it('takes the colours of terminals out', () => {
    expect(listLines('\u001b[1;31merror\u001b[0m: no\n').lines).toEqual(['error: no']);
  });

  it('shows a line without an end in pieces', () => {
    expect(listLines(`${'x'.repeat(9_000)}\n`).lines.map(({ length }) => length)).toEqual([4_000, 4_000, 1_000]);
  });

  it('lets go of the first lines when there are too many, and says how many', () => {
    const log = appended(appended(NO_LINES, 'a\nb\nc\n', 2), 'd\n', 2);
    expect(log).toEqual({ lines: ['c', 'd'], droppedCount: 2, isOpen: false });
  });
});

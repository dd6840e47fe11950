import { expect, it } from 'vitest';
import { toCsv } from './csv.ts';

it('quotes what needs quoting and leaves unknown values empty', () => {
  expect(toCsv(['a', 'b'], [['x,"y"', null]])).toBe('a,b\r\n"x,""y""",\r\n');
});

it('keeps a spreadsheet from running a text as a formula, and leaves negative numbers alone', () => {
  expect(toCsv(['a'], [['=1+1'], ['@x'], ['-12.5']])).toBe("a\r\n'=1+1\r\n'@x\r\n-12.5\r\n");
});

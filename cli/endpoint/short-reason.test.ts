import { expect, it } from 'vitest';
import { shortenReason } from './short-reason.ts';

it.each([
  ['the alias champion of bc moved', 'the alias champion of bc moved'],
  [
    `it ended with exit code 1; its log ends: n'\n  File "a.py", line 3\nKeyError: 'x'\n\n`,
    "it ended with exit code 1: KeyError: 'x'",
  ],
  ['', ''],
  ['x'.repeat(500), `${'x'.repeat(119)}…`],
])('a reason is one short line of a table: %j', (reason, expected) => {
  expect(shortenReason(reason)).toBe(expected);
});

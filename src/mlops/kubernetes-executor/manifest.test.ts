import fc from 'fast-check';
import { expect, it } from 'vitest';
import { computeDeadlineSeconds, escapeDollars, toLabelText } from './manifest.ts';

/** As Kubernetes does it (third_party/forked/golang/expansion): `$$` is a dollar, `$(NAME)` a variable. */
const expanded = (word: string) => word.replaceAll(/\$\$|\$\((\w+)\)/g, (found) => (found === '$$' ? '$' : 'EXPANDED'));

it('gives every word to the command as it is, with dollars, too', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '(', ')', 'H', ' ', "'") }), (word) => {
      expect(expanded(escapeDollars(word))).toBe(word);
    }),
  );
});

it.each([
  ['search', 'search'],
  ['team/α 1', 'team---1'],
  ['-x-', 'x'],
  ['a'.repeat(80), 'a'.repeat(63)],
  ['///', ''],
])('writes the label %s as %s', (text, label) => {
  expect(toLabelText(text)).toBe(label);
});

it.each([
  [60_000, 10_000, 0, 50],
  [60_999, 10_000, 1_000, 49],
  [5_000, 10_000, 0, 1],
])(
  'asks work that must have ended at %i ms, with a grace of %i ms, begun at %i, to end after %i s',
  (until, grace, at, seconds) => {
    expect(computeDeadlineSeconds(until, grace, at)).toBe(seconds);
  },
);

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textChange } from './text-change.ts';

it('marks the middle that differs', () => {
  expect(textChange('0.0110', '0.0250')).toEqual({ start: '0.0', gone: '11', come: '25', end: '0' });
  expect(textChange('eu-west-1', 'eu-west-2')).toEqual({ start: 'eu-west-', gone: '1', come: '2', end: '' });
  expect(textChange('', 'ranking')).toEqual({ start: '', gone: '', come: 'ranking', end: '' });
});

it('loses nothing of either text', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const { start, gone, come, end } = textChange(before, after);
      expect(start + gone + end).toBe(before);
      expect(start + come + end).toBe(after);
    }),
  );
});

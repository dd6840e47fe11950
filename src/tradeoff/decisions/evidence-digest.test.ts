import { expect, it } from 'vitest';
import { digestEvidence } from './evidence-digest.ts';

it('is the same whatever order fields were written in, and after a way through JSON', () => {
  const evidence = { b: [{ y: 1.5, x: null }], a: 'ü', gone: undefined };
  expect(digestEvidence(evidence)).toBe(digestEvidence({ a: 'ü', b: [{ x: null, y: 1.5 }] }));
  expect(digestEvidence(JSON.parse(JSON.stringify(evidence)))).toBe(digestEvidence(evidence));
});

it('differs when a value, a name or the order of a list does', () => {
  const all = [{ a: [1, 2] }, { a: [2, 1] }, { b: [1, 2] }, { a: [1, '2'] }, { a: { 0: 1, 1: 2 } }];
  expect(new Set(all.map(digestEvidence)).size).toBe(all.length);
});

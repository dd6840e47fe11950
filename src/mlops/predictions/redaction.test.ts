import { describe, expect, it } from 'vitest';
import { removeFields } from './redaction.ts';

const kept = { id: 1 };

describe('redaction removes', () => {
  it.each([
    ['a field', { email: 'a@b', ...kept }, ['email'], kept],
    ['a nested field', { user: { email: 'a@b', ...kept } }, ['user.email'], { user: kept }],
    ['a field whose name has dots', { 'user.email': 'a@b', ...kept }, ['user.email'], kept],
    ['both of the same path', { 'user.email': 'a@b', user: { email: 'a@b', ...kept } }, ['user.email'], { user: kept }],
    ['a dotted name in a nested field', { user: { 'mail.home': 'a@b', ...kept } }, ['user.mail.home'], { user: kept }],
    [
      'a nested field of a dotted name',
      { 'user.mail': { home: 'a@b', ...kept } },
      ['user.mail.home'],
      { 'user.mail': kept },
    ],
    ['all of them in lists', [[{ 'a.b': 1 }, { a: [{ b: 1, ...kept }] }]], ['a.b'], [[{}, { a: [kept] }]]],
    ['several paths at once', { a: { b: 1, c: 2 }, 'a.c': 3, ...kept }, ['a.b', 'a.c'], { a: {}, ...kept }],
    ['a path and one below it', { a: { b: 1 }, 'a.b': 2, ...kept }, ['a.b', 'a'], kept],
    [
      'the name of a prototype',
      JSON.parse('{"__proto__": {"x": 1}, "id": 1}'),
      ['__proto__.x'],
      JSON.parse('{"__proto__": {}, "id": 1}'),
    ],
  ])('%s', (_what, document, paths, expected) => {
    expect(JSON.stringify(removeFields(document, paths))).toBe(JSON.stringify(expected));
  });

  it.each([
    ['a longer name', { emails: 1, 'email.x': 2 }],
    ['a value that is no object', { 'user.email': undefined, user: 'email' }],
    ['a value that is equal', { name: 'email' }],
    ['nothing at all', null],
  ])('not %s', (_what, document) => {
    expect(removeFields(document, ['email', 'user.email.x'])).toEqual(document);
  });
});

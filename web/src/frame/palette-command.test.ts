import { describe, expect, it } from 'vitest';
import { createCommand, isFoundBy, parseVersionText } from './palette-command.ts';

it.each([
  ['savings', true],
  ['recomm', true],
  ['PAGE sav', true],
  ['savings gpu', false],
])('the text %s finds a page by its label, its kind and its other words', (text, isFound) => {
  expect(
    isFoundBy(
      text,
      createCommand('Page', 'Savings', () => undefined, 'recommendations'),
    ),
  ).toBe(isFound);
});

describe('a text that names a version', () => {
  it.each([
    ['v6', { version: '6', model: '' }],
    ['ranker v6', { version: '6', model: 'ranker' }],
    ['V12 Home-Ranker', { version: '12', model: 'home-ranker' }],
    ['ranker version 6', { version: '6', model: 'ranker' }],
    ['v6e', null],
    ['ranker', null],
  ])('%s', (text, found) => {
    expect(parseVersionText(text)).toEqual(found);
  });
});

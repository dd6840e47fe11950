import { expect, it } from 'vitest';
import { teamColours } from './category-colours.ts';

it('gives a team the same colour whatever the order in which teams are met', () => {
  expect(teamColours(['search', 'ranking'])).toEqual(teamColours(['ranking', 'search']));
});

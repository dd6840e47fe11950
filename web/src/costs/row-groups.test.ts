import { expect, it } from 'vitest';
import { rowGroups } from './row-groups.ts';

it('shows every column of the bill once: in a group, or among the empty ones', () => {
  const row = { billedCost: '1', team: 'a', model: null, serviceName: 'S3', x_Own: 'z', delivery: 'd', note: '' };
  const { groups, empty } = rowGroups(row);
  expect(groups.map((group) => [group.label, ...group.columns])).toEqual([
    ['Cost', 'billedCost'],
    ['The charge', 'serviceName'],
    ['Tags and custom columns', 'x_Own'],
  ]);
  expect(empty).toEqual(['note']);
});

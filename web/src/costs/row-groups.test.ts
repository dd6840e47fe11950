import { expect, it } from 'vitest';
import { rowGroups } from './row-groups.ts';

it('shows every column of a row once: in a group, or among the empty ones', () => {
  const row = { billedCost: '1', team: 'a', model: null, serviceName: 'S3', x_Own: 'z', delivery: 'd', note: '' };
  const { groups, empty } = rowGroups(row);
  expect(groups.map((group) => [group.label, ...group.columns])).toEqual([
    ['Cost', 'billedCost'],
    ['Allocated to', 'team'],
    ['The charge', 'serviceName'],
    ['Tags and own columns', 'x_Own'],
    ['Where it came from', 'delivery'],
  ]);
  expect(empty).toEqual(['model', 'note']);
});

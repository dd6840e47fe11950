import { expect, it } from 'vitest';
import { groupChanges } from './group-changes.ts';

const row = (number: number) => ({
  ...{ file: 'a.csv', row: number, chargePeriodStart: null, subAccountId: null, serviceName: 'S', resourceId: null },
  ...{ skuId: null, chargeDescription: null, billedCost: '1', currency: 'USD' },
});
const change = (number: number, column: string, before: string | null, after: string | null) => ({
  ...{ row: { before: row(number), after: row(number) }, column, before, after },
});

it('groups rows with the same fields and values, the largest group first', () => {
  const groups = groupChanges([
    change(9, 'serviceName', 'A', 'B'),
    ...[1, 2, 3].flatMap((number) => [
      change(number, 'listCost', '1.76', '1.408'),
      change(number, 'billedCost', '1', '0.8'),
    ]),
  ]);
  expect(groups.map(({ rows, fields }) => [rows.length, fields.map(({ column }) => column)])).toEqual([
    [3, ['listCost', 'billedCost']],
    [1, ['serviceName']],
  ]);
  expect(groups[0]?.fields[0]).toMatchObject({ before: '1.76', after: '1.408', isSame: true });
});

it('groups amounts that changed by the same factor', () => {
  const [group, ...others] = groupChanges([change(1, 'billedCost', '10', '8'), change(2, 'billedCost', '5', '4')]);
  expect(others).toEqual([]);
  expect(group?.fields[0]).toMatchObject({ isSame: false, ratio: -0.2 });
});

it('keeps apart values that are no numbers, and a change from nothing', () => {
  const changed = [
    change(1, 'tag:team', null, 'ads'),
    change(2, 'tag:team', 'ads', 'web'),
    change(3, 'billedCost', '0', '1'),
  ];
  expect(groupChanges(changed)).toHaveLength(3);
});

import { describe, expect, it } from 'vitest';
import { sumDecimals } from '../../../src/platform/units/schema.ts';
import { type Group, groupColours, groupId, groupLabel, OTHER, stackSeries } from './stack.ts';

const DIMENSIONS = ['team'];
const SLOTS = ['2026-11-01', '2026-11-02'];
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
const groups: Group[] = names.map((team, index) => ({ team, amount: `${90 - index}.1` }));
const bySlot: Group[] = groups.flatMap((group) => SLOTS.map((day) => ({ ...group, day, amount: '0.1' })));

function stack(rows: Group[] = bySlot) {
  const colours = groupColours(groups, DIMENSIONS, new Map());
  return stackSeries({ groups, bySlot: rows, dimensions: DIMENSIONS, slotDimension: 'day', slots: SLOTS, colours });
}

describe('stacked series', () => {
  it('shows seven groups and sums the rest into "other"', () => {
    const series = stack();
    expect(series).toHaveLength(8);
    expect(series.at(-1)).toMatchObject({ id: OTHER, label: 'other (2)', amounts: ['0.2', '0.2'] });
  });

  it('adds up to the rows to the last digit', () => {
    const rows = bySlot.map((row, index) => ({ ...row, amount: `${index}.000000000000000000${index + 1}` }));
    const drawn = stack(rows).flatMap((series) => series.amounts.map((amount) => amount ?? '0'));
    expect(sumDecimals(drawn)).toBe(sumDecimals(rows.map((row) => row.amount)));
  });

  it('tells a day without a charge from a day of zero', () => {
    const [first] = stack(bySlot.filter((row) => row.day === SLOTS[0]));
    expect(first?.amounts).toEqual(['0.1', null]);
  });

  it('gives a team its own colour and costs without a team the grey', () => {
    const unallocated = { team: null, amount: '1' };
    const colours = groupColours([{ team: 'b' }, unallocated], DIMENSIONS, new Map([['b', '--cat-2']]));
    expect([...colours.values()]).toEqual(['--cat-2', '--cat-other']);
  });

  it('tells a missing value from the word for it', () => {
    expect(groupId({ team: null }, DIMENSIONS)).not.toBe(groupId({ team: 'unallocated' }, DIMENSIONS));
    expect(groupLabel({ team: null, serviceName: 'S3' }, ['team', 'serviceName'])).toBe('unallocated · S3');
  });
});

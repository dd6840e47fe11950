import { decimal, decimalString } from '../../../src/platform/units/schema.ts';
import type { BarSeries } from '../charts/stacked-bars-option.ts';
import { dimensionValue } from '../format/dimension.ts';
import { categoryColour, OTHER_COLOUR, SERIES_LIMIT } from '../theme/category-colours.ts';

export type Group = Readonly<Record<string, string | null>>;

export const OTHER = 'other';

/** Id of a group: its values, in the order of the dimensions. */
export function groupId(group: Group, dimensions: readonly string[]): string {
  return JSON.stringify(dimensions.map((dimension) => group[dimension] ?? null));
}

/** Name of a group: `ranking · Amazon Bedrock`. */
export function groupLabel(group: Group, dimensions: readonly string[]): string {
  return dimensions.map((dimension) => dimensionValue(dimension, group[dimension] ?? null)).join(' · ');
}

/**
 * Colour of the largest groups, by id: a team's own colour when grouped by team alone, else one by rank. Groups beyond
 * the seven largest share the grey of "other" and are not in the map. Unallocated cost is grey too.
 */
export function groupColours(
  groups: readonly Group[],
  dimensions: readonly string[],
  teams: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const byTeam = dimensions.length === 1 && dimensions[0] === 'team';
  return new Map(
    groups.slice(0, SERIES_LIMIT).map((group, rank) => {
      const own = byTeam ? (group.team === null ? OTHER_COLOUR : teams.get(group.team ?? '')) : undefined;
      return [groupId(group, dimensions), own ?? categoryColour(rank)];
    }),
  );
}

export interface StackInput {
  /** Groups, largest first. */
  readonly groups: readonly Group[];
  /** The same groups by slot of time, in any order. */
  readonly bySlot: readonly Group[];
  readonly dimensions: readonly string[];
  /** `day` or `month`. */
  readonly slotDimension: string;
  readonly slots: readonly string[];
  readonly colours: ReadonlyMap<string, string>;
}

/** Bars of the seven largest groups by slot, the rest summed exactly into "other". */
export function stackSeries(input: StackInput): BarSeries[] {
  const { groups, bySlot, dimensions, slotDimension, slots, colours } = input;
  const at = new Map(slots.map((slot, index) => [slot, index]));
  const sums = new Map<string, (string | null)[]>();
  for (const row of bySlot) {
    const id = groupId(row, dimensions);
    const key = colours.has(id) ? id : OTHER;
    const index = at.get(row[slotDimension] ?? '');
    const amount = row.amount;
    if (index === undefined || amount == null) continue;
    const amounts = sums.get(key) ?? slots.map(() => null);
    amounts[index] = decimalString(decimal(amounts[index] ?? '0').plus(amount));
    sums.set(key, amounts);
  }
  const none = slots.map(() => null);
  const named = groups.slice(0, SERIES_LIMIT).map((group) => {
    const id = groupId(group, dimensions);
    const variable = colours.get(id) ?? OTHER_COLOUR;
    return { id, label: groupLabel(group, dimensions), variable, amounts: sums.get(id) ?? none };
  });
  const rest = sums.get(OTHER);
  const count = groups.length - named.length;
  if (rest === undefined) return named;
  return [...named, { id: OTHER, label: `other (${count})`, variable: OTHER_COLOUR, amounts: rest }];
}
